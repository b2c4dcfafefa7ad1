/**
 * What a protocol is before its options are read: proto_config_new() and the defaults of bgp_init_config(), krt_init_config() and the
 * others, BIRD 1.6.8.
 *
 * Every option has its place from the start, `undefined` where BIRD has nothing: the protocols of a full mesh are fifty copies of one
 * shape, and a field that is added later would cost each copy its shape.
 */
import { ACCEPT_ALL, REJECT_ALL } from './types.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Of every protocol; where it stands and what it is called come first. */
const common = (type: string, preference: number) => ({
  type,
  name: '',
  file: '',
  line: 0,
  disabled: false,
  importFilter: ACCEPT_ALL,
  exportFilter: REJECT_ALL,
  keepFiltered: false,
  debug: [],
  table: 'master',
  preference,
  description: undefined,
  routerId: undefined,
  importLimit: undefined,
  exportLimit: undefined,
  receiveLimit: undefined,
});

export const DEFAULTS: Readonly<Record<string, Settings>> = {
  bgp: {
    ...common('bgp', 100),
    localAs: undefined,
    neighbor: undefined,
    neighborAs: undefined,
    neighborPort: 179,
    sourceAddress: undefined,
    multihop: undefined,
    gateway: undefined,
    holdTime: 240,
    initialHoldTime: undefined,
    keepaliveTime: 0,
    connectDelayTime: 5,
    connectRetryTime: 120,
    errorWaitMin: 60,
    errorWaitMax: 300,
    errorForgetTime: 300,
    passive: false,
    password: undefined,
    addPaths: 'off',
    gracefulRestart: 'aware',
    gracefulRestartTime: 120,
    longLived: undefined,
    longLivedTime: undefined,
    nextHop: 'normal',
    rrClient: false,
    rrClusterId: undefined,
    rsClient: false,
    localPref: 100,
    defaultMed: 0,
    medMetric: false,
    igpMetric: true,
    pathMetric: true,
    preferOlder: false,
    allowLocalAs: 0,
    disableAfterError: false,
    interpretCommunities: true,
    ttlSecurity: false,
    bfd: undefined,
  },
  kernel: {
    ...common('kernel', 10),
    learn: false,
    persist: false,
    scanTime: 60,
    mergePaths: 0,
    gracefulRestart: false,
    kernelTable: 254,
    deviceRoutes: false,
    metric: 0,
  },
  device: { ...common('device', 240), scanTime: 60 },
  direct: { ...common('direct', 240), interfaces: [] },
  static: { ...common('static', 200), routes: [] },
};
