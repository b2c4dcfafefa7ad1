/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, runnerImport } from 'vite';

/** Lists the built files for the service worker (public/sw.js). */
const precache: Plugin = {
  name: 'precache',
  apply: 'build',
  generateBundle(_options, bundle) {
    const files = Object.keys(bundle).filter((file) => !file.endsWith('.map') && file !== 'index.html');
    this.emitFile({ type: 'asset', fileName: 'precache.json', source: JSON.stringify(files) });
  },
};

const BOOTED = 'virtual:booted-worlds';

/** Ships the starting worlds as they are once they have booted: booting one takes longer than all else a page does before it is ready. */
function bootedWorlds(): Plugin {
  let building = false;
  return {
    name: 'booted-worlds',
    configResolved({ command }) {
      building = command === 'build';
    },
    resolveId: (id) => (id === BOOTED ? `\0${BOOTED}` : undefined),
    async load(id) {
      if (id !== `\0${BOOTED}`) return undefined;
      if (!building) return 'export default {};';
      const { module } = await runnerImport<typeof import('./src/cli/booted.ts')>('/src/cli/booted.ts', { configFile: false });
      const urls = Object.entries(module.bootedWorlds()).map(([world, source]) => {
        const file = this.emitFile({ type: 'asset', name: `${world}.json`, source });
        return `${JSON.stringify(world)}: import.meta.ROLLUP_FILE_URL_${file}`;
      });
      return `export default { ${urls.join(', ')} };`;
    },
  };
}

export default defineConfig({
  // Relative, so that the built site works from any sub-path (GitHub Pages).
  base: './',
  plugins: [react(), bootedWorlds(), precache],
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
