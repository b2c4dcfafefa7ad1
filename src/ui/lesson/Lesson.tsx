/** Lesson. */
export function Lesson() {
  return <section aria-label="Lesson" />;
}
