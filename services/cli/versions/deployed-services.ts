/** Every service that has streams on this server, with how its actors are spread: also those that are not ours. */
import type { Bus } from '#bus/connect.ts';
import { readTopology, surveyStreams } from '#bus/stream-survey.ts';
import type { Topology } from '#contracts/topology.ts';
import { CliError, EXIT } from '../cli-error.ts';

export type DeployedService = { service: string; topology: Topology };

const FIRST_SHARD = /^KV_(?<service>[a-z][a-z0-9-]*)_0$/;

/** @throws CliError `DEPLOYMENT_EMPTY` when there is none */
export async function deployedServices(bus: Bus): Promise<DeployedService[]> {
  const services: DeployedService[] = [];
  for (const { name } of await surveyStreams(bus)) {
    const service = FIRST_SHARD.exec(name)?.groups?.['service'];
    const topology = service === undefined ? null : await readTopology(bus, service);
    if (service !== undefined && topology !== null) services.push({ service, topology });
  }
  if (services.length > 0) return services;
  throw new CliError({
    code: 'DEPLOYMENT_EMPTY',
    what: 'There is no Windlass on this NATS server.',
    why: 'No service ever started here: its streams do not exist.',
    next: 'Start a local deployment with: windlass dev (or name another server with --nats)',
    exitCode: EXIT.notFound,
  });
}
