/**
 * Answers that go on: watches, with bookmarks and the client's timeout, and logs that are followed. Each is polled from the world; it ends
 * with the client, with its timeout, or with the server.
 */
import type { ServerResponse } from 'node:http';
import { type ApiRequest, type ApiResponse, bookmarkOf, type Sim, type Watch, watchEvents } from '../engine/index.ts';

const POLL_MS = 50;
/** How often a client that wants bookmarks gets one, and how long before the end the last. Models the watch cache. */
const BOOKMARK_MS = 60_000;
const LAST_BOOKMARK_MS = 2_000;
/** Where the client names no timeout. Upstream draws one between half an hour and an hour. */
const WATCH_SECONDS = 1800;

export interface Streams {
  /** Streams the events of a watch as JSON lines. */
  watch(response: ServerResponse, start: Watch): void;
  /** Streams a log's text as it grows; `first` is its answer so far. */
  log(response: ServerResponse, request: ApiRequest, first: ApiResponse): void;
  /** Ends all of them. */
  close(): void;
}

/** @param tick lets the virtual clock catch up */
export function createStreams(sim: Sim, cluster: string, tick: () => void): Streams {
  const running = new Set<() => void>();

  /** Calls `poll` until the client is gone, `seconds` are over or it answers false. */
  function keep(response: ServerResponse, poll: () => boolean, seconds: number): void {
    const stop = () => {
      clearInterval(every);
      clearTimeout(end);
      running.delete(stop);
      response.end();
    };
    const run = () => {
      tick();
      if (response.destroyed || !poll()) stop();
    };
    const every = setInterval(run, POLL_MS);
    const end = setTimeout(stop, seconds * 1000);
    running.add(stop);
    response.on('close', stop);
    run();
  }

  return {
    watch(response, start) {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
      response.flushHeaders();
      const seconds = start.timeoutSeconds || WATCH_SECONDS;
      const began = Date.now();
      let marked = began;
      let watch = start;
      let first = true;
      const bookmarkDue = (now: number) => {
        const last = began + seconds * 1000 - LAST_BOOKMARK_MS;
        return now >= marked + BOOKMARK_MS || (now >= last && marked < last);
      };
      const poll = () => {
        const world = sim.world();
        const { api } = world.clusters[cluster]!;
        if (first || api.resourceVersion !== watch.resourceVersion) {
          const polled = watchEvents(api, watch, world.now);
          first = false;
          watch = polled.watch;
          for (const event of polled.events) response.write(`${JSON.stringify(event)}\n`);
          if (polled.events.some((event) => event.type === 'ERROR')) return false;
        }
        const now = Date.now();
        if (start.bookmarks && bookmarkDue(now)) {
          marked = now;
          response.write(`${JSON.stringify(bookmarkOf(watch))}\n`);
        }
        return true;
      };
      keep(response, poll, seconds);
    },

    log(response, request, first) {
      response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
      response.write(String(first.body));
      response.flushHeaders();
      const { path, whole } = logPaths(request.path);
      let seen = textOf(sim, cluster, whole);
      const poll = () => {
        const text = textOf(sim, cluster, whole);
        if (text === undefined || seen === undefined) return false;
        response.write(grown(seen, text));
        seen = text;
        return isRunning(sim, cluster, path);
      };
      keep(response, poll, WATCH_SECONDS);
    },

    close() {
      for (const stop of running) stop();
    },
  };
}

/** The pod's path, and the log's without the parameters that cut it short. */
function logPaths(target: string): { readonly path: string; readonly whole: string } {
  const [path = '', search = ''] = target.split('?');
  const kept = [...new URLSearchParams(search)].filter(([name]) => name === 'container' || name === 'timestamps');
  return { path: path.replace(/\/log$/, ''), whole: `${path}?${new URLSearchParams(kept)}` };
}

function ask(sim: Sim, cluster: string, path: string): ApiResponse | undefined {
  const result = sim.ask({ type: 'api', cluster, request: { method: 'GET', path } });
  return 'networkError' in result || result.status !== 200 ? undefined : result;
}

const textOf = (sim: Sim, cluster: string, path: string): string | undefined => {
  const answer = ask(sim, cluster, path);
  return answer && String(answer.body);
};

/** What came on; a log keeps its last lines only, so the known part may have lost its beginning. */
function grown(seen: string, text: string): string {
  if (text.startsWith(seen)) return text.slice(seen.length);
  const last = seen.slice(seen.lastIndexOf('\n', seen.length - 2) + 1);
  const at = text.lastIndexOf(last);
  return at < 0 ? text : text.slice(at + last.length);
}

/** A log is followed to the end of its container. */
function isRunning(sim: Sim, cluster: string, podPath: string): boolean {
  const pod = ask(sim, cluster, podPath)?.body as { status?: { phase?: string } } | undefined;
  return pod !== undefined && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
}
