/** The programs of tools/ by name. Adding one: a function in this folder and a line here. */
import { editorTools } from './editors.ts';
import { grepTools } from './grep.ts';
import { helpTools } from './help.ts';
import { identityTools } from './identity.ts';
import { largeTools } from './large.ts';
import { mendedTools } from './mended.ts';
import { pagerTools } from './pager.ts';
import { psTools } from './ps/index.ts';
import { pgrepTools } from './ps/pgrep.ts';
import { runnerTools } from './runners.ts';
import { shells } from './shells.ts';
import { sshTools } from './ssh.ts';
import { streamTools } from './streams.ts';
import { lsTools } from './text.ts';
import type { Tool } from './tool.ts';
import { userTools } from './users.ts';
import { watchTools } from './watch.ts';

export const tools: Readonly<Record<string, Tool>> = {
  ...shells,
  ...streamTools,
  ...runnerTools,
  ...grepTools,
  ...mendedTools,
  ...largeTools,
  ...lsTools,
  ...pagerTools,
  ...editorTools,
  ...watchTools,
  ...identityTools,
  ...psTools,
  ...pgrepTools,
  ...userTools,
  ...sshTools,
  ...helpTools,
};
