/** Usage text of traceroute 2.1. */
export const usage = ``;
