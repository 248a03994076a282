/** Settings of the orca process, from the environment. */
import { z } from 'zod';
import { NodeEnvironment, topologyOf } from '#contracts/node-settings.ts';
import type { Topology } from '#contracts/topology.ts';
import type { LogLevel } from '#telemetry/log.ts';

const OrcaEnvironment = NodeEnvironment.extend({
  /** Hosts that webhook stages may call, comma separated, `host` or `host:port`; none by default. */
  WINDLASS_WEBHOOK_HOSTS: z.string().default(''),
});

export type OrcaConfig = {
  natsServers: string[];
  topology: Topology;
  logLevel: LogLevel;
  webhookHosts: string[];
};

/** @throws ZodError naming the variable. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): OrcaConfig {
  const parsed = OrcaEnvironment.parse(environment);
  return {
    natsServers: parsed.NATS_URL,
    topology: topologyOf(parsed),
    logLevel: parsed.WINDLASS_LOG,
    webhookHosts: parsed.WINDLASS_WEBHOOK_HOSTS.split(',')
      .map((host) => host.trim())
      .filter(Boolean),
  };
}
