/** Where the booted worlds are, by id; empty while developing (vite.config.ts). */
declare module 'virtual:booted-worlds' {
  const urls: Readonly<Record<string, string>>;
  export default urls;
}
