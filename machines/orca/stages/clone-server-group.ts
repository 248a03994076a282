/** Creates a server group like an existing one; what the context leaves out comes from the source. */
import { serverGroupCreation } from './server-group-creation.ts';

export const cloneServerGroupStage = serverGroupCreation('cloneServerGroup');
