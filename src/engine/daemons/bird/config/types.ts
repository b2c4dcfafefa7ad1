/** What a BIRD configuration says, parsed: protocols in order, filters with their programs. Plain JSON. */

export type FilterRef =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  /** `key` stands for the program's text, that of every function it calls and the constants it names: equal keys filter alike. */
  | { readonly kind: 'program'; readonly name?: string; readonly body: Block; readonly key: string };

export const ACCEPT_ALL: FilterRef = { kind: 'all' };
export const REJECT_ALL: FilterRef = { kind: 'none' };

export interface ProtocolBase {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly description?: string;
  readonly disabled: boolean;
  readonly preference: number;
  readonly importFilter: FilterRef;
  readonly exportFilter: FilterRef;
  readonly keepFiltered: boolean;
  readonly routerId?: string;
  readonly debug: readonly string[];
  readonly table: string;
}

export interface BgpProtocol extends ProtocolBase {
  readonly type: 'bgp';
  readonly localAs: number;
  readonly neighborAs: number;
  readonly neighbor: string;
  readonly neighborPort: number;
  readonly sourceAddress?: string;
  /** TTL; 0: direct. */
  readonly multihop: number;
  readonly gateway: 'direct' | 'recursive';
  readonly passive: boolean;
  readonly addPaths: 'off' | 'rx' | 'tx' | 'full';
  readonly gracefulRestart: 'off' | 'aware' | 'able';
  /** Seconds, as all times here. */
  readonly gracefulRestartTime: number;
  readonly holdTime: number;
  /** 0: a third of the hold time. */
  readonly keepaliveTime: number;
  readonly connectDelayTime: number;
  readonly connectRetryTime: number;
  readonly errorWaitMin: number;
  readonly errorWaitMax: number;
  readonly errorForgetTime: number;
  readonly nextHop: 'normal' | 'self' | 'keep';
  readonly rrClient: boolean;
  readonly rrClusterId?: string;
  readonly rsClient: boolean;
  readonly password?: string;
  readonly localPref: number;
  readonly defaultMed: number;
  readonly medMetric: boolean;
  readonly igpMetric: boolean;
  readonly pathMetric: boolean;
  readonly preferOlder: boolean;
  /** Times the own AS may stand in a received path. */
  readonly allowLocalAs: number;
  readonly disableAfterError: boolean;
  readonly interpretCommunities: boolean;
  readonly ttlSecurity: boolean;
}

export interface KernelProtocol extends ProtocolBase {
  readonly type: 'kernel';
  readonly learn: boolean;
  readonly persist: boolean;
  readonly scanTime: number;
  /** Next hops merged into one route; 0: off. */
  readonly mergePaths: number;
  readonly gracefulRestart: boolean;
  readonly kernelTable: number;
  readonly deviceRoutes: boolean;
  readonly metric: number;
}

export interface DeviceProtocol extends ProtocolBase {
  readonly type: 'device';
  readonly scanTime: number;
}

export interface InterfacePattern {
  readonly not: boolean;
  readonly pattern?: string;
  readonly prefix?: string;
}

export interface DirectProtocol extends ProtocolBase {
  readonly type: 'direct';
  /** One list per `interface` line; none: every interface. */
  readonly interfaces: readonly (readonly InterfacePattern[])[];
}

export interface StaticRoute {
  readonly prefix: string;
  readonly dest: 'blackhole' | 'unreachable' | 'prohibit' | 'router' | 'device' | 'multipath' | 'recursive';
  readonly via: readonly { readonly address: string; readonly weight: number }[];
  readonly device?: string;
  readonly file: string;
  readonly line: number;
}

export interface StaticProtocol extends ProtocolBase {
  readonly type: 'static';
  readonly routes: readonly StaticRoute[];
}

export type ProtocolConfig = BgpProtocol | KernelProtocol | DeviceProtocol | DirectProtocol | StaticProtocol;

export interface BirdConfig {
  readonly routerId?: string;
  readonly listen: { readonly address?: string; readonly port: number };
  readonly protocols: readonly ProtocolConfig[];
  /** Named filters, for `show route filter <name>` and for filters written at birdc's prompt. */
  readonly symbols: Readonly<Record<string, ConfigSymbol>>;
}

export type ConfigSymbol =
  | { readonly class: 'filter'; readonly body: Block; readonly key: string }
  | { readonly class: 'function'; readonly params: readonly string[]; readonly body: Block; readonly key: string }
  | { readonly class: 'constant'; readonly value: Value }
  | { readonly class: 'protocol' | 'template'; readonly type: string; readonly settings: Readonly<Record<string, unknown>> }
  | { readonly class: 'table' | 'roa' }
  | { readonly class: 'variable' };

/** A value of the filter language. Numbers are integers and strings text; the rest carry their sort. */
export type Value =
  | undefined
  | number
  | boolean
  | string
  | { readonly type: 'ip'; readonly ip: string }
  | { readonly type: 'prefix'; readonly address: number; readonly length: number }
  | { readonly type: 'prefixes'; readonly patterns: readonly PrefixPattern[] }
  | {
      readonly type: 'set';
      readonly items: readonly { readonly from: string; readonly to: string; readonly low: number; readonly high: number }[];
    }
  | { readonly type: 'enum'; readonly name: string }
  | { readonly type: 'pair'; readonly text: string }
  | { readonly type: 'communities'; readonly items: readonly string[] }
  | { readonly type: 'path'; readonly list: readonly number[] }
  | { readonly type: 'mask'; readonly items: readonly (number | '*' | '?' | { readonly from: number; readonly to: number })[] };

/** The values of one sort. */
export type ValueOf<T extends string> = Extract<Value, { readonly type: T }>;

/** `10.49.0.0/16{16,24}`: nets inside (or, for `-`, around) a prefix, with lengths between the two. */
export interface PrefixPattern {
  readonly address: number;
  readonly length: number;
  readonly low: number;
  readonly high: number;
}

export type Expression =
  | { readonly op: 'value'; readonly value: Value }
  | { readonly op: 'attribute'; readonly name: string }
  | { readonly op: 'variable'; readonly name: string }
  | {
      readonly op: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly callee: ConfigSymbol & { readonly class: 'function' };
    }
  | { readonly op: 'not' | 'defined'; readonly of: Expression }
  | { readonly op: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'member'; readonly name: string; readonly of: Expression; readonly args: readonly Expression[] }
  | {
      readonly op: 'change';
      readonly how: 'add' | 'delete' | 'filter' | 'prepend';
      readonly of: Expression;
      readonly by: Expression;
    }
  | { readonly op: 'pair'; readonly parts: readonly Expression[] };

export type Statement =
  | { readonly op: 'if'; readonly condition: Expression; readonly yes: Block; readonly no?: Block }
  | { readonly op: 'set'; readonly name: string; readonly local: boolean; readonly value: Expression }
  | { readonly op: 'unset'; readonly name: string }
  | { readonly op: 'accept' | 'reject' }
  | { readonly op: 'error' | 'print'; readonly args: readonly Expression[] }
  | { readonly op: 'return'; readonly value: Expression }
  | { readonly op: 'do'; readonly call: Expression }
  | {
      readonly op: 'amend';
      readonly name: string;
      readonly how: 'add' | 'delete' | 'filter' | 'prepend' | 'empty';
      readonly by?: Expression;
    }
  | { readonly op: 'case'; readonly of: Expression; readonly arms: readonly { readonly items?: Value; readonly body: Block }[] };

export type Block = readonly Statement[];
