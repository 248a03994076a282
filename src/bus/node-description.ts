/** Nodes say who they are when asked; nothing is stored. */
import { errors } from '@nats-io/transport-node';
import { NodeDescription } from '#contracts/node-settings.ts';
import { nodeSubjects } from '#contracts/subjects.ts';
import type { Bus } from './connect.ts';

const ANSWERS_MS = 700;

/** Answers until the connection closes. */
export function answerDescriptions(bus: Bus, service: string, describe: () => NodeDescription): void {
  bus.subscribe(nodeSubjects(service).describe, {
    callback: (error, message) => {
      if (!error) message.respond(JSON.stringify(describe()));
    },
  });
}

/** Every node of a service that answers within 700 ms. */
export async function describeNodes(bus: Bus, service: string): Promise<NodeDescription[]> {
  const nodes: NodeDescription[] = [];
  try {
    const answers = await bus.requestMany(nodeSubjects(service).describe, '', {
      maxWait: ANSWERS_MS,
      strategy: 'timer',
    });
    for await (const answer of answers) {
      const node = answer.data.length > 0 ? NodeDescription.safeParse(answer.json()) : undefined;
      if (node?.success) nodes.push(node.data);
    }
  } catch (error) {
    if (!isNobody(error)) throw error;
  }
  return nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1));
}

function isNobody(error: unknown): boolean {
  return (
    error instanceof errors.NoRespondersError || (error as Error).cause instanceof errors.NoRespondersError
  );
}
