/** What the map is made of, before anything is drawn: plain values computed by graph.ts and layout.ts. */
import type { PodView } from '../model/pods.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly w: number;
  readonly h: number;
}

/** What the learner has picked out: its way through the map is lit. */
export type Focus =
  | { readonly kind: 'none' }
  | { readonly kind: 'prefix'; readonly host: string; readonly dst: string }
  | { readonly kind: 'trace'; readonly id: string };

export interface View {
  readonly focus: Focus;
  readonly layers: { readonly data: boolean; readonly control: boolean };
  /** `wide`: bastion left, nodes right. `tall`: one column beside the wire. */
  readonly shape: 'wide' | 'tall';
  /** What the last command changed, drawn as new: `<host> <dst>` of routes, `<node> <prefix>` of announcements. */
  readonly fresh: ReadonlySet<string>;
}

export interface RouteRow {
  readonly dst: string;
  readonly printed: string;
  /** Where it leads, short: `.20 .30 .31`, `ens5`. */
  readonly via: string;
  readonly title: string;
  readonly learned: boolean;
  readonly lit: boolean;
  readonly fresh: boolean;
}

export interface SessionDot {
  readonly protocol: string;
  readonly peer: string;
  readonly state: string;
  readonly up: boolean;
}

export interface Announcement {
  readonly prefix: string;
  readonly printed: string;
  readonly lit: boolean;
  readonly fresh: boolean;
}

/** A fault in words, shown as a badge. */
export type Fault = 'powered off' | 'cable cut' | 'bird stopped' | 'not ready';

export interface HostCard {
  readonly name: string;
  readonly address: string;
  readonly role: string;
  readonly up: boolean;
  readonly faults: readonly Fault[];
  readonly lit: boolean;
  readonly chosen: boolean;
  readonly routes: readonly RouteRow[];
  readonly hiddenRoutes: number;
  readonly sessions: readonly SessionDot[];
  readonly announces: readonly Announcement[];
  /** Prefixes announced but not drawn for want of room. */
  readonly hiddenAnnouncements: number;
  /** Prefixes that bastions hear and refuse by their import filters. */
  readonly refused: readonly string[];
  readonly pods: readonly PodView[];
  readonly hiddenPods: number;
  readonly compact: boolean;
}

export interface SegmentBar {
  readonly name: string;
  readonly cidr: string;
  readonly lit: boolean;
}

export interface GraphNode {
  readonly id: string;
  readonly type: 'bastion' | 'node' | 'segment' | 'gateway';
  readonly box: Box;
  readonly card?: HostCard;
  readonly segment?: SegmentBar;
}

export interface GraphEdge {
  readonly id: string;
  readonly type: 'link' | 'session' | 'ecmp' | 'path';
  readonly source: string;
  readonly target: string;
  /** SVG path in the map's own coordinates. */
  readonly d: string;
  readonly up: boolean;
  readonly testId?: string;
  readonly nexthop?: string;
  /** Just learned: it appears when the update has arrived. */
  readonly fresh?: boolean;
  readonly title: string;
  /** Where a cross is drawn on a broken one. */
  readonly middle: Point;
}

/** Where everything is: what a flight needs. */
export interface Positions {
  readonly shape: View['shape'];
  readonly hosts: Readonly<Record<string, Box>>;
  /** `<host> <namespace>/<pod>` → its chip. */
  readonly pods: Readonly<Record<string, Box>>;
  /** `<host> <dst>` → the middle of that row's outer end. */
  readonly rows: Readonly<Record<string, Point>>;
  /** Hosts whose port faces right (the bastions of a wide map). */
  readonly facesRight: ReadonlySet<string>;
  /** Height of the lane above a host that stands behind others; the way to it runs there. */
  readonly lanes: Readonly<Record<string, number>>;
  /** Line on which the wire lies. */
  readonly busX: number;
  readonly gateway?: Point;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly positions: Positions;
  readonly width: number;
  readonly height: number;
}
