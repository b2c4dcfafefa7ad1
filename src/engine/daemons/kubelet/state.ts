/** What the kubelet and its container runtime keep between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface KubeletState extends DaemonState {
  /** The pods it runs, by `namespace/name`. */
  readonly pods?: Readonly<Record<string, PodRun>>;
  /** Images on this machine's disk. */
  readonly images?: readonly string[];
  /** Pods whose readiness probe is made to fail (a fault). */
  readonly unready?: Readonly<Record<string, true>>;
}

/** A pod as this machine runs it. Times are ms, virtual. */
export interface PodRun {
  readonly uid: string;
  /** When the kubelet took it on. */
  readonly seenAt: number;
  /** The sandbox: `waiting` until `dueAt`, then set up; `down` when the pod has ended. */
  readonly sandbox: {
    readonly state: 'waiting' | 'up' | 'down';
    /** 64 hex digits. */
    readonly id: string;
    readonly dueAt?: number;
    readonly readyAt?: number;
    readonly failures: number;
  };
  readonly address?: string;
  /** Init containers and containers by name. */
  readonly containers: Readonly<Record<string, ContainerRun>>;
  /** When its deletion was noticed. */
  readonly stoppingSince?: number;
}

export interface LogLine {
  readonly at: number;
  readonly text: string;
}

export interface Ended {
  readonly id: string;
  readonly code: number;
  /** Completed, Error, StartError */
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** One container's life. */
export interface ContainerRun {
  /** new → pulling → starting → running → ended; `blocked`: waits for `dueAt` (or for ever) with a reason. */
  readonly stage: 'new' | 'pulling' | 'starting' | 'running' | 'ended' | 'blocked';
  /** When the stage is over; absent: not by itself. */
  readonly dueAt?: number;
  /** Why it waits, in `blocked`. */
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly id: string;
  readonly startedAt?: number;
  readonly restarts: number;
  /** Pulls that failed in a row. */
  readonly pullFailures: number;
  /** Ends in a row that count for the restart back-off. */
  readonly crashes: number;
  readonly ready: boolean;
  /** What the readiness probe finds, and since when it does. */
  readonly probe?: { readonly ok: boolean; readonly since: number; readonly message?: string };
  /** What the liveness probe finds, and since when. */
  readonly alive?: { readonly ok: boolean; readonly since: number };
  readonly argv: readonly string[];
  readonly sigterm?: 'exits' | 'ignores';
  readonly exitCode?: number;
  /** The end of this run (`ended`) … */
  readonly ended?: Ended;
  /** … and of the run before. */
  readonly last?: Ended;
  readonly lines: readonly LogLine[];
  /** Lines of the run before (`logs --previous`). */
  readonly previousLines?: readonly LogLine[];
}

/** Lines kept of a container's log. */
export const MAX_LINES = 200;

export const newContainer: ContainerRun = {
  stage: 'new',
  id: '',
  restarts: 0,
  pullFailures: 0,
  crashes: 0,
  ready: false,
  argv: [],
  lines: [],
};
