/** The mark of Nexthop. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M3 12h4.5C12 12 11.5 5 16.5 5H18" stroke="var(--text-3)" strokeWidth="1.8" />
      <path d="M3 12h4.5C12 12 11.5 19 16.5 19H18" stroke="var(--text-3)" strokeWidth="1.8" />
      <path d="M3 12h16.5M16.6 8.8 19.8 12l-3.2 3.2" stroke="var(--data)" strokeWidth="2.2" />
    </svg>
  );
}
