/**
 * `-o jsonpath` and `-o go-template` on one object. recorded-templates.json holds what the real kubectl v1.32.5 printed (recorded with
 * `kubectl create -f <document> --dry-run=client --validate=false -o <format>=<template>`); it is locked.
 */
import { expect, test } from 'vitest';
import type { Value } from '../value.ts';
import { GoTemplateError, parseGoTemplate } from './gotemplate.ts';
import { JsonPathError, parseJsonPath, printJsonPath } from './jsonpath.ts';
import recorded from './recorded-templates.json';

const DOCUMENT = recorded.document as unknown as Value;

interface Case {
  readonly template: string;
  readonly stdout?: string;
  readonly error?: string;
}

function outcome(work: () => string): Case | { stdout: string } | { error: string } {
  try {
    return { stdout: work() };
  } catch (error) {
    if (error instanceof JsonPathError || error instanceof GoTemplateError) return { error: error.message };
    throw error;
  }
}

/** The error below kubectl's words around it. */
function inner({ template, error, ...rest }: Case): object {
  if (error === undefined) return rest;
  const around = [
    `error parsing jsonpath ${template}, `,
    `error executing jsonpath ${JSON.stringify(template)}: Error executing template: `,
    `error parsing template ${template}, `,
    `error executing template ${JSON.stringify(template)}: `,
  ];
  const head = around.find((one) => error.startsWith(one)) ?? '';
  return { error: error.slice(head.length) };
}

test.each(recorded.jsonpath as readonly Case[])('jsonpath $template', (one) => {
  expect(outcome(() => printJsonPath(parseJsonPath(one.template), DOCUMENT, true))).toEqual(inner(one));
});

test.each(recorded.gotemplate as readonly Case[])('go-template $template', (one) => {
  expect(outcome(() => parseGoTemplate(one.template, true)(DOCUMENT))).toEqual(inner(one));
});
