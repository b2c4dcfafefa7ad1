/**
 * The few platform names that browsers and Node share and the headless rooms may use. Everything else of the DOM or of Node
 * is unknown to the compiler there (tsconfig.headless.json), which keeps the engine, the shell and the tutor runnable anywhere.
 */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare var AbortController: { new (): AbortController };
declare class TextEncoder {
  encode(text?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
declare function structuredClone<T>(value: T): T;
declare function queueMicrotask(callback: () => void): void;
declare function fetch(url: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }>;
declare namespace WebAssembly {
  class Module {
    private readonly compiled: true;
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    constructor(descriptor: { initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: { initial: number; maximum: number; element: 'anyfunc' });
  }
  class RuntimeError extends Error {}
  interface Global {
    value: number;
  }
  type Imports = Record<string, Record<string, unknown>>;
  function compile(bytes: Uint8Array): Promise<Module>;
}
interface ImportMeta {
  /** Vite: within the node bundle or a test, not in a browser. */
  readonly env: { readonly SSR: boolean };
}
declare module '*?inline' {
  const url: string;
  export default url;
}
declare module '*?url' {
  const url: string;
  export default url;
}
