/**
 * The shapes of names, labels and ports. Models k8s.io/apimachinery/pkg/util/validation: each function answers the
 * sentences of what is wrong, none when the value is fine.
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const CONFIG_KEY = '[-._a-zA-Z0-9]+';

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
const LABEL_RE = whole(LABEL);
const SUBDOMAIN_RE = whole(SUBDOMAIN);
const QUALIFIED_RE = whole(QUALIFIED);
const LABEL_VALUE_RE = whole(`(${QUALIFIED})?`);
const DNS_1035_RE = whole(DNS_1035);
const WILDCARD_RE = whole(`\\*\\.${SUBDOMAIN}`);
const CONFIG_KEY_RE = whole(CONFIG_KEY);
const PERCENT_RE = whole('[0-9]+%');

const maxLength = (length: number) => `must be no more than ${length} characters`;
const EMPTY = 'must be non-empty';

function pattern(message: string, format: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  // Two spaces before "or": upstream's own.
  const quoted = examples.map((example) => `'${example}'`).join(',  or ');
  return `${message} (e.g. ${quoted}, regex used for validation is '${format}')`;
}

export const inclusiveRange = (low: number, high: number) => `must be between ${low} and ${high}, inclusive`;

export function dns1123Label(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(maxLength(63));
  if (LABEL_RE.test(value)) return errors;
  if (SUBDOMAIN_RE.test(value)) return [...errors, 'must not contain dots'];
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...errors, pattern(message, LABEL, 'my-name', '123-abc')];
}

export function dns1123Subdomain(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 253) errors.push(maxLength(253));
  if (SUBDOMAIN_RE.test(value)) return errors;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...errors, pattern(message, SUBDOMAIN, 'example.com')];
}

export function dns1035Label(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(maxLength(63));
  if (DNS_1035_RE.test(value)) return errors;
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...errors, pattern(message, DNS_1035, 'my-name', 'abc-123')];
}

export function wildcardSubdomain(value: string): string[] {
  if (WILDCARD_RE.test(value)) return [];
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [pattern(message, `\\*\\.${SUBDOMAIN}`, '*.example.com')];
}

/** A label or annotation key: `name` or `prefix/name`. */
export function qualifiedName(value: string): string[] {
  const message = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const shape = pattern(message, QUALIFIED, 'MyName', 'my.name', '123-abc');
  const parts = value.split('/');
  const errors: string[] = [];
  if (parts.length > 2)
    return [`a qualified name ${shape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') errors.push(`prefix part ${EMPTY}`);
    else errors.push(...dns1123Subdomain(prefix).map((text) => `prefix part ${text}`));
  }
  if (name === '') errors.push(`name part ${EMPTY}`);
  else if (name.length > 63) errors.push(`name part ${maxLength(63)}`);
  if (!QUALIFIED_RE.test(name)) errors.push(`name part ${shape}`);
  return errors;
}

export function labelValue(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(maxLength(63));
  if (LABEL_VALUE_RE.test(value)) return errors;
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...errors, pattern(message, `(${QUALIFIED})?`, 'MyValue', 'my_value', '12345')];
}

/** Name of an IANA service: what `targetPort: http` and container port names must be. */
export function portName(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 15) errors.push(maxLength(15));
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export const portNumber = (value: number): string[] => (value >= 1 && value <= 65535 ? [] : [inclusiveRange(1, 65535)]);

export function envName(value: string): string[] {
  // v1.32 takes any printable ASCII but '=' (RelaxedEnvironmentVariableValidation, beta).
  if (value === '') return [`environment variable name ${EMPTY}`];
  if (/^[\x20-\x7e]*$/.test(value) && !value.includes('=')) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function configMapKey(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 253) errors.push(maxLength(253));
  if (!CONFIG_KEY_RE.test(value)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    errors.push(pattern(message, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

export function percent(value: string): string[] {
  if (PERCENT_RE.test(value)) return [];
  return [pattern("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%')];
}
