/** Frigga names: `app[-stack[-detail]][-vNNN]`. The cluster is the name without the push number. */

export type ClusterName = { app: string; stack?: string; detail?: string };

/** `app-stack-detail`; a detail without a stack gives `app--detail`. */
export function clusterNameOf(parts: ClusterName): string {
  const { app, stack = '', detail = '' } = parts;
  if (detail !== '') return `${app}-${stack}-${detail}`;
  return stack === '' ? app : `${app}-${stack}`;
}

const PUSH = /^(?<cluster>.+?)-v(?<sequence>\d{3,6})$/;

/** Splits a server group's or a cluster's name. */
export function parseClusterName(name: string): ClusterName & { cluster: string; sequence?: number } {
  const push = PUSH.exec(name)?.groups;
  const cluster = push?.['cluster'] ?? name;
  const [app = '', stack = '', ...rest] = cluster.split('-');
  const detail = rest.join('-');
  return {
    cluster,
    app,
    ...(stack === '' ? {} : { stack }),
    ...(detail === '' ? {} : { detail }),
    ...(push?.['sequence'] === undefined ? {} : { sequence: Number(push['sequence']) }),
  };
}
