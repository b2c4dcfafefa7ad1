/** random(3) of the C library with its state of 31 words. */
export class CRandom {
  private readonly state: number[] = [];
  private at = 0;

  constructor(seed: number) {
    let word = seed === 0 ? 1 : seed | 0;
    for (let i = 0; i < 31; i++) {
      this.state.push(word);
      word = (16_807 * (word % 127_773) - 2836 * Math.trunc(word / 127_773)) | 0;
      if (word < 0) word += 2_147_483_647;
    }
    for (let i = 0; i < 310; i++) this.next();
  }

  next(): number {
    const i = (this.at + 3) % 31;
    this.state[i] = (this.state[i]! + this.state[this.at % 31]!) | 0;
    this.at++;
    return this.state[i]! >>> 1;
  }
}
