/** Creates a server group in a cluster, waits until it is up, and lets the strategy deal with the older ones. */
import { serverGroupCreation } from './server-group-creation.ts';

export const createServerGroupStage = serverGroupCreation('createServerGroup');
