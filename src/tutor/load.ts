/**
 * `lab.md` → Lab. Front matter (title, summary, world, host, goals), then `# Part` headings, `## Step {#id}` headings, Markdown,
 * fences that open with three backquotes and `sh` (a command to type; `sh worker1` on another host), and one `yaml step` fence a step with checks, hints, prediction
 * and solution. The format is described in src/labs/README.md.
 */
import * as v from 'valibot';
import { parse } from 'yaml';
import { checkKinds } from './checks/index.ts';
import type { Block, Lab, LabStep } from './lab.ts';
import { parseInline, parseProse } from './markdown.ts';

/** What is wrong with a lab, a line each: `service-bgp:41: …`. */
export class LabError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'LabError';
    this.faults = faults;
  }
}

const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/, 'expected a lower-case id'));
const line = v.pipe(v.string(), v.transform(parseInline));
const predicate = { type: v.string(), params: v.optional(v.record(v.string(), v.unknown()), {}) };

const head = v.strictObject({
  title: v.string(),
  summary: v.string(),
  world: id,
  host: v.string(),
  goals: v.optional(v.array(v.string()), []),
});

const machine = v.strictObject({
  checks: v.optional(v.array(v.strictObject({ id, text: line, ...predicate })), []),
  hints: v.optional(
    v.array(v.strictObject({ text: line, when: v.optional(v.strictObject({ ...predicate, not: v.optional(v.boolean()) })) })),
    [],
  ),
  predict: v.optional(
    v.strictObject({
      question: line,
      options: v.array(v.string()),
      after: v.optional(v.array(v.string()), []),
      answer: v.strictObject(predicate),
    }),
  ),
  solution: v.optional(v.array(v.string()), []),
});

interface Section {
  readonly part: string;
  readonly title: string;
  readonly id: string;
  /** Line of the heading in the file, 1-based. */
  readonly line: number;
  readonly text: string[];
}

/** @throws LabError naming lab and line */
export function loadLab(labId: string, text: string): Lab {
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text);
  if (!front) throw new LabError([`${labId}:1: no front matter`]);
  const bodyLine = front[0].split('\n').length;
  const meta = validated(head, yaml(front[1]!, labId, 2), `${labId}:2`);
  const sections = split(text.slice(front[0].length), bodyLine, labId);
  const steps = sections.map((section) => loadStep(section, labId));
  const twice = steps.find((step, i) => steps.findIndex((other) => other.id === step.id) !== i);
  if (twice) throw new LabError([`${labId}: two steps have the id ${twice.id}`]);
  return { id: labId, ...meta, steps };
}

function split(body: string, firstLine: number, labId: string): Section[] {
  const sections: Section[] = [];
  let part = '';
  let fenced = false;
  body.split('\n').forEach((line, i) => {
    if (line.startsWith('```')) fenced = !fenced;
    const heading = fenced ? null : /^(#{1,2}) (.+?)(?:\s+\{#([a-z0-9-]+)\})?$/.exec(line);
    if (heading?.[1] === '#') part = heading[2]!;
    else if (heading) {
      const stepId = heading[3];
      if (stepId === undefined) throw new LabError([`${labId}:${firstLine + i}: the step has no {#id}`]);
      sections.push({ part, title: heading[2]!, id: stepId, line: firstLine + i, text: [] });
    } else sections.at(-1)?.text.push(line);
  });
  if (sections.length === 0) throw new LabError([`${labId}: no steps`]);
  return sections;
}

function loadStep(section: Section, labId: string): LabStep {
  const body: Block[] = [];
  let found: v.InferOutput<typeof machine> = { checks: [], hints: [], solution: [] };
  let prose: string[] = [];
  const flush = () => {
    const markdown = prose.join('\n').trim();
    if (markdown !== '') body.push({ type: 'prose', content: parseProse(markdown) });
    prose = [];
  };
  for (let i = 0; i < section.text.length; i++) {
    const line = section.text[i]!;
    const fence = /^```(\S+)(?:\s+(\S+))?$/.exec(line);
    if (!fence || (fence[1] !== 'sh' && !(fence[1] === 'yaml' && fence[2] === 'step'))) {
      prose.push(line);
      continue;
    }
    const end = section.text.indexOf('```', i + 1);
    const at = `${labId}:${section.line + 1 + i}`;
    if (end < 0) throw new LabError([`${at}: the fence has no end`]);
    const inside = section.text.slice(i + 1, end).join('\n');
    flush();
    if (fence[1] === 'sh')
      body.push(fence[2] ? { type: 'command', line: inside, host: fence[2] } : { type: 'command', line: inside });
    else found = validated(machine, yaml(inside, labId, section.line + 2 + i), at);
    i = end;
  }
  flush();
  for (const check of found.checks) checkParams(check.type, check.params, `${labId}: step ${section.id}: check ${check.id}`);
  for (const hint of found.hints)
    if (hint.when) checkParams(hint.when.type, hint.when.params, `${labId}: step ${section.id}: a hint`);
  return { id: section.id, title: section.title, part: section.part, body, ...found };
}

/** Parameters are judged by the kind's own schema as written, expressions standing for the strings they become. */
function checkParams(type: string, params: Readonly<Record<string, unknown>>, where: string): void {
  const kind = checkKinds.find((k) => k.name === type);
  if (!kind) throw new LabError([`${where}: no check of type ${type}`]);
  const issues = v
    .safeParse(kind.params, params)
    .issues?.filter((issue) => !(typeof issue.input === 'string' && issue.input.includes('{{')));
  if (issues && issues.length > 0)
    throw new LabError(issues.map((issue) => `${where}: ${issue.path?.map((p) => p.key).join('.') ?? 'params'}: ${issue.message}`));
}

function yaml(text: string, labId: string, line: number): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new LabError([`${labId}:${line}: ${(error as Error).message.split('\n')[0]}`]);
  }
}

function validated<T>(schema: v.GenericSchema<unknown, T>, value: unknown, where: string): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new LabError(
    parsed.issues.map((issue) => `${where}: ${issue.path?.map((p) => p.key).join('.') ?? 'step'}: ${issue.message}`),
  );
}
