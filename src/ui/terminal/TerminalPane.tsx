/** The terminals. */
export function TerminalPane() {
  return <section aria-label="Terminal" id="terminal" />;
}
