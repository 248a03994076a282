/** There can be only one: every older server group of the cluster is destroyed. */
import { cleanupContext, type Strategy } from './strategy.ts';

export const highlander: Strategy = {
  name: 'highlander',
  after: (context) => [
    {
      type: 'shrinkCluster',
      name: 'shrinkCluster',
      context: {
        ...cleanupContext(context),
        shrinkToSize: 1,
        allowDeleteActive: true,
        retainLargerOverNewer: false,
      },
    },
  ],
};
