/** The lab that opens where the page's address names none. */
export const DEFAULT_LAB = 'service-bgp';
