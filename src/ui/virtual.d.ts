/** Where the build put the labs and the booted worlds, by id; nothing of either while developing (vite.config.ts). */
declare module 'virtual:shipped' {
  export const labs: Readonly<Record<string, { readonly world: string; readonly url: string } | undefined>>;
  export const worlds: Readonly<Record<string, string>>;
}
