/** Basic regular expressions of the small tools (`nl -b pRE`). */

export function translateRegExp(basic: string): RegExp {
  const source = basic.replace(
    /\\([(){}|+?])|([(){}|+?])/g,
    (_all, escaped: string | undefined, plain: string | undefined) => escaped ?? `\\${plain}`,
  );
  try {
    return new RegExp(source);
  } catch {
    return /(?!)/;
  }
}
