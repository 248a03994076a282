/** The scaling processes that decide whether a server group takes traffic. */

/** Suspended while a server group takes no traffic. */
export const TRAFFIC_PROCESSES = ['Launch', 'Terminate', 'AddToLoadBalancer'] as const;
