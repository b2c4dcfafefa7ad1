/** `14:02:12` of a virtual moment, in UTC as the hosts have it. */
export const clockText = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
