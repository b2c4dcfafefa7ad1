/**
 * Field errors: what is wrong with which field. Models k8s.io/apimachinery/pkg/util/validation/field, whose texts
 * learners read in `… is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range…`.
 */

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly type: FieldErrorType;
  /** `spec.ports[0].port` */
  readonly field: string;
  /** The sentence without the field. */
  readonly body: string;
}

/** Text that stands as it is where a value is printed: Go's `%#v` of a struct, say. */
export interface GoText {
  readonly go: string;
}

const LABELS: Record<FieldErrorType, string> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

/** Go's %q of a string; close enough for the characters that reach an error text. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f]/g, '\\x7f');
}

/** Go's `%#v` for the plain values that validation prints. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  if ('go' in value && typeof value.go === 'string') return value.go;
  if (Array.isArray(value)) return `[]string{${value.map(goValue).join(', ')}}`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]string{${entries.map(([k, v]) => `${quote(k)}:${goValue(v)}`).join(', ')}}`;
}

function make(type: FieldErrorType, field: string, value: unknown, detail: string): FieldError {
  const shown = value === undefined ? LABELS[type] : `${LABELS[type]}: ${goValue(value)}`;
  return { type, field, body: detail ? `${shown}: ${detail}` : shown };
}

export const required = (field: string, detail = ''): FieldError => make('FieldValueRequired', field, undefined, detail);
export const forbidden = (field: string, detail: string): FieldError => make('FieldValueForbidden', field, undefined, detail);
export const invalid = (field: string, value: unknown, detail: string): FieldError =>
  make('FieldValueInvalid', field, value ?? null, detail);
export const duplicate = (field: string, value: unknown): FieldError => make('FieldValueDuplicate', field, value ?? null, '');
export const notFound = (field: string, value: unknown): FieldError => make('FieldValueNotFound', field, value ?? null, '');
export const tooLong = (field: string, max: number): FieldError =>
  make('FieldValueTooLong', field, undefined, `may not be more than ${max} bytes`);
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  make('FieldValueNotSupported', field, value ?? null, `supported values: ${supported.map(quote).join(', ')}`);

/** All errors as one sentence, repeated ones once: `a: …` or `[a: …, b: …]`. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.body}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}
