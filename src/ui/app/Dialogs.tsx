/** Help and about, and the question before a lab is reset. */
export function Dialogs() {
  return null;
}
