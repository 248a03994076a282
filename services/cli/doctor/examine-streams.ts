/** The streams: all there, with all their copies; and what was parked. */
import type { StreamSurvey } from '#bus/stream-survey.ts';
import { STREAM } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import type { Finding } from './finding.ts';

/** One finding for each stream that must exist. */
export function examineStreams(survey: readonly StreamSurvey[], topology: Topology): Finding[] {
  const byName = new Map(survey.map((stream) => [stream.name, stream]));
  return expectedStreams(topology).map((name) => examineStream(name, byName.get(name)));
}

function examineStream(name: string, stream: StreamSurvey | undefined): Finding {
  const check = `stream ${name}`;
  if (!stream) {
    return {
      check,
      verdict: 'wrong',
      detail: 'is missing',
      remedy: 'Start orca or clouddriver once more: each of them makes what is missing.',
    };
  }
  const copies = `${stream.currentReplicas} of ${stream.replicas} copies`;
  const detail = `${stream.messages} messages, ${stream.sizeBytes} bytes, ${copies}`;
  if (stream.currentReplicas < stream.replicas) {
    return {
      check,
      verdict: stream.currentReplicas * 2 > stream.replicas ? 'warn' : 'wrong',
      detail,
      remedy: 'Bring the missing NATS nodes back; the stream catches up by itself.',
    };
  }
  return { check, verdict: 'ok', detail };
}

export function examineDeadLetters(survey: readonly StreamSurvey[]): Finding {
  const check = 'dead letters';
  const count = survey.find(({ name }) => name === STREAM.dead)?.messages ?? 0;
  if (count === 0) return { check, verdict: 'ok', detail: 'none' };
  return {
    check,
    verdict: 'warn',
    detail: `${count} parked: refused requests, or envelopes that cannot be applied`,
    remedy: 'Each one holds its reason: windlass dead ls',
  };
}

function expectedStreams(topology: Topology): string[] {
  const shards = Array.from({ length: topology.shards }, (_, shard) => shard);
  return [
    ...topology.services.flatMap((service) => shards.map((shard) => STREAM.core(service, shard))),
    ...topology.services.flatMap((service) => [STREAM.ingress(service), STREAM.activities(service)]),
    STREAM.requests,
    STREAM.dead,
    STREAM.history,
  ];
}
