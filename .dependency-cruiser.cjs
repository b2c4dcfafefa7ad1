/**
 * The import walls. They keep the simulation honest: a packet never sees a Kubernetes object, `ip` never sees the API,
 * kubectl never sees a kernel. `npm run check` fails when one is broken, and when no module was seen at all.
 */
const wall = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const test = '\\.test\\.tsx?$|/testing[^/]*(\\.ts|/)';

module.exports = {
  forbidden: [
    // An interpreter is recursive by nature: its parts call each other.
    {
      name: 'no-circle',
      severity: 'error',
      from: { pathNot: '^src/shell/bash/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    wall('engine-alone', 'the engine imports only itself', { path: '^src/engine/', pathNot: test }, { path: '^src/(?!engine/)' }),
    wall(
      'shell-on-engine',
      'the shell sees the engine only',
      { path: '^src/shell/', pathNot: test },
      { path: '^src/(?!engine/|shell/)' },
    ),
    wall(
      'tutor-headless',
      'the tutor sees engine and shell',
      { path: '^src/tutor/', pathNot: test },
      { path: '^src/(?!engine/|shell/|tutor/|labs/)' },
    ),
    wall('nobody-imports-ui', 'the screen is the last room', { path: '^src/(?!ui/|main\\.tsx)' }, { path: '^src/ui/' }),
    wall(
      'engine-door',
      'other rooms enter the engine by its door',
      { path: '^src/(?!engine/)', pathNot: test },
      { path: '^src/engine/(?!index\\.ts$)' },
    ),
    wall(
      'kernel-knows-no-api',
      'a packet never sees a Kubernetes object',
      { path: '^src/engine/(kernel|packet|net)/', pathNot: test },
      { path: '^src/engine/(api|controllers|daemons|images)/' },
    ),
    wall(
      'controllers-see-api',
      'controllers see only the API',
      { path: '^src/engine/controllers/', pathNot: test },
      { path: '^src/engine/(kernel|packet|daemons|images)/' },
    ),
    wall(
      'bird-sees-its-config',
      'BIRD sees its bird.cfg and its own kernel',
      { path: '^src/engine/daemons/bird/', pathNot: test },
      { path: '^src/engine/(api|controllers|images|daemons/(?!bird/))' },
    ),
    wall(
      'confd-no-kernel',
      'confd reads the API and writes text',
      { path: '^src/engine/daemons/confd/', pathNot: test },
      { path: '^src/engine/(kernel|packet|images)/' },
    ),
    wall(
      'kubectl-no-kernel',
      'kubectl is a REST client',
      { path: '^src/shell/commands/kubectl/', pathNot: test },
      { path: '^src/shell/commands/(?!kubectl/|index\\.ts)' },
    ),
    wall('ip-num-at-the-edge', 'ip-num is used in one file', { pathNot: '^src/engine/net/address\\.ts$' }, { path: 'ip-num' }),
    wall(
      'headless-no-react',
      'engine, shell and tutor know no screen',
      { path: '^src/(engine|shell|tutor)/', pathNot: test },
      { path: 'node_modules/(react|react-dom|@xterm/xterm|@xyflow|zustand)/' },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
