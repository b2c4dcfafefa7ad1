/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type Rolldown, runnerImport } from 'vite';
import { DEFAULT_LAB } from './src/labs/default.ts';

/** Lists the built files for the service worker (public/sw.js). */
const precache: Plugin = {
  name: 'precache',
  apply: 'build',
  generateBundle(_options, bundle) {
    const files = Object.keys(bundle).filter((file) => !file.endsWith('.map') && file !== 'index.html');
    this.emitFile({ type: 'asset', fileName: 'precache.json', source: JSON.stringify(files) });
  },
};

const SHIPPED = 'virtual:shipped';

/** The labs by name only: they are read in the page (src/ui/store/unshipped.ts). */
const WHILE_DEVELOPING = `
  const paths = Object.keys(import.meta.glob('/src/labs/*/lab.md'));
  export const labs = Object.fromEntries(paths.map((path) => [path.split('/')[3], undefined]));
  export const worlds = {};`;

/** Which world each shipped lab starts from. */
const worldOf: Record<string, string> = {};

/** Ships the labs read and the starting worlds booted: doing either takes longer than all else a page does before it is ready. */
function shipped(): Plugin {
  let building = false;
  return {
    name: 'shipped',
    configResolved({ command }) {
      building = command === 'build';
    },
    resolveId: (id) => (id === SHIPPED ? `\0${SHIPPED}` : undefined),
    async load(id) {
      if (id !== `\0${SHIPPED}`) return undefined;
      if (!building) return WHILE_DEVELOPING;
      const { module } = await runnerImport<typeof import('./src/cli/shipped.ts')>('/src/cli/shipped.ts', { configFile: false });
      const asset = (name: string, source: string) =>
        `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name: `${name}.json`, source })}`;
      const labs = Object.entries(module.readLabs()).map(([lab, { world, text }]) => {
        worldOf[lab] = world;
        return `${JSON.stringify(lab)}: { world: ${JSON.stringify(world)}, url: ${asset(`lab-${lab}`, text)} }`;
      });
      const worlds = Object.entries(module.bootedWorlds()).map(
        ([world, text]) => `${JSON.stringify(world)}: ${asset(`world-${world}`, text)}`,
      );
      return `export const labs = { ${labs.join(', ')} };\nexport const worlds = { ${worlds.join(', ')} };`;
    },
  };
}

/** What an open lab is made of, beside the entry. */
const FIRST = '/src/ui/open.ts';
/** The alphabets that the first screen is written in. */
const FONTS = /^(inter|jetbrains-mono)-latin-wght-normal/;

/** In index.html: asks for the files of the lab that the address names, or of the first one (src/ui/store/shipped.ts reads them). */
function preloadLab(files: Readonly<Record<string, readonly string[]>>): string {
  return `{
  const files = ${JSON.stringify(files)};
  const lab = new URLSearchParams(location.search).get('lab');
  for (const href of Object.hasOwn(files, lab) ? files[lab] : (files['${DEFAULT_LAB}'] ?? []))
    document.head.append(Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', crossOrigin: '', href }));
}`;
}

/**
 * Has index.html ask at once for all that is needed until the lab is open: otherwise each file is found only when the one before it
 * has run. So index.html also says how much that is (`npm run check`).
 */
const firstLoad: Plugin = {
  name: 'first-load',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {}, chunk: entry }) {
      const chunks = Object.values(bundle).filter((file): file is Rolldown.OutputChunk => file.type === 'chunk');
      const scripts = new Set<string>();
      const styles = new Set<string>();
      const add = (chunk: Rolldown.OutputChunk | undefined) => {
        if (!chunk || scripts.has(chunk.fileName)) return;
        scripts.add(chunk.fileName);
        for (const file of chunk.viteMetadata?.importedCss ?? []) styles.add(file);
        for (const file of chunk.imports) add(chunks.find((each) => each.fileName === file));
      };
      const first = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(FIRST));
      if (!first) throw new Error(`first-load: ${FIRST} is no chunk of its own`);
      add(first);
      const known = new Set([entry?.fileName, ...(entry?.imports ?? []), ...(entry?.viteMetadata?.importedCss ?? [])]);
      const shippedAs = (name: string) =>
        Object.values(bundle).flatMap((file) =>
          file.type === 'asset' && file.names.includes(`${name}.json`) ? `./${file.fileName}` : [],
        );
      const files = Object.fromEntries(
        Object.entries(worldOf).map(([lab, world]) => [lab, [`lab-${lab}`, `world-${world}`].flatMap(shippedAs)]),
      );
      const fonts = Object.values(bundle).filter((file) => file.type === 'asset' && file.names.some((name) => FONTS.test(name)));
      const link = (attrs: Record<string, string | boolean>) => ({ tag: 'link', injectTo: 'head' as const, attrs });
      // Ahead of the style sheets: a script behind one waits for it.
      const early = html.replace('<title>', () => `<script>${preloadLab(files)}</script>\n    <title>`);
      const tags = [
        ...[...scripts]
          .filter((file) => !known.has(file))
          .map((file) => link({ rel: 'modulepreload', crossorigin: true, href: `./${file}` })),
        ...[...styles]
          .filter((file) => !known.has(file))
          .map((file) => link({ rel: 'preload', as: 'style', crossorigin: true, href: `./${file}` })),
        ...fonts.map(({ fileName }) =>
          link({ rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `./${fileName}` }),
        ),
      ];
      return { html: early, tags };
    },
  },
};

export default defineConfig({
  // Relative, so that the built site works from any sub-path (GitHub Pages).
  base: './',
  plugins: [react(), shipped(), firstLoad, precache],
  build: { license: { fileName: 'licenses.md' } },
  assetsInclude: ['**/*.wasm'],
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'node',
    pool: 'threads',
    // Nothing here is judged by speed: a loaded machine may take its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
