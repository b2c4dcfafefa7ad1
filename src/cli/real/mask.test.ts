/** What the comparison with the real kubectl overlooks, and what it must not. */
import { describe, expect, it } from 'vitest';
import { mask } from '../../../e2e/real/kubectl-mask.ts';

const configMap = (...entries: string[]) =>
  `Name:         settings\n\nData\n====\n${entries.join('')}\nBinaryData\n====\n\nEvents:  <none>\n`;
const color = 'color:\n----\nblue\n\n';
const motto = 'motto:\n----\none\ntwo\n\n\n';

describe('the order in which describe writes a map', () => {
  it('is overlooked in a ConfigMap', () => {
    expect(mask(configMap(motto, color))).toBe(configMap(color, motto));
    expect(mask(configMap(color, motto))).toBe(configMap(color, motto));
  });

  it('but neither a value nor a name is', () => {
    expect(mask(configMap(motto, color.replace('blue', 'red')))).not.toBe(mask(configMap(color, motto)));
    expect(mask(configMap(motto))).not.toBe(mask(configMap(color, motto)));
  });

  it('is overlooked in a Secret', () => {
    expect(mask('Data\n====\ncc:  2 bytes\naa:  1 bytes\n')).toBe('Data\n====\naa:  1 bytes\ncc:  2 bytes\n');
  });
});
