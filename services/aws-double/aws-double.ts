/**
 * The double itself, without HTTP: calls in, outcomes out, and the journal in between.
 *
 * 1. A call is carried out in one synchronous turn: no other call sees half of it.
 * 2. What a call changed is in the journal before its outcome is known to anybody.
 * 3. Replaying the journal gives the same state, ledger and fault counts.
 */
import type { ActionCall, ActionTable } from './actions/action.ts';
import { advance } from './cloud/auto-scaling-progress.ts';
import { CloudStore, type CloudTransaction, type Write } from './cloud/cloud-store.ts';
import type { Scope } from './cloud/resource.ts';
import type { Timings } from './cloud/timings.ts';
import { ActiveFaults, type FaultHit } from './faults/fault-plan.ts';
import { errorOfFault } from './faults/fault-error.ts';
import type { FaultPlan } from './faults/fault-rule.ts';
import { openJournal, volatileJournal, type Journal } from './journal/journal.ts';
import type { JournalLine } from './journal/journal-line.ts';
import { Ledger, type LedgerEntry } from './journal/ledger.ts';
import { plantSeed } from './seed/seed.ts';
import type { Seed } from './seed/seed-format.ts';
import { AwsError } from './wire/aws-error.ts';
import type { ServiceCode } from './wire/credential-scope.ts';
import { Params, type ParamTree } from './wire/params.ts';
import type { XmlNode } from './wire/response-xml.ts';

export interface AwsDoubleOptions {
  readonly actions: Readonly<Record<ServiceCode, ActionTable>>;
  readonly timings: Timings;
  /** Journal directory; without one everything is forgotten on exit. */
  readonly directory?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Call extends Scope {
  readonly service: ServiceCode;
  readonly action: string;
  readonly params: { readonly [name: string]: ParamTree };
}

/** What the caller is to be told, and how. `reset` overrules both of the others. */
export interface Outcome {
  readonly requestId: string;
  readonly result?: { [name: string]: XmlNode };
  readonly error?: AwsError;
  readonly reset: boolean;
  readonly delayMs: number;
}

interface Attempt {
  readonly outcome: string;
  readonly applied: boolean;
  readonly writes: readonly Write[];
  readonly result?: { [name: string]: XmlNode };
  readonly error?: AwsError;
}

export class AwsDouble {
  readonly ledger = new Ledger();
  readonly faults = new ActiveFaults();
  private readonly options: AwsDoubleOptions;
  private readonly store = new CloudStore();
  private readonly journal: Journal;
  private readonly dueAtMs = new Map<string, number>();
  private accounts: ReadonlySet<string> | undefined;
  private lineNumber = 0;

  constructor(options: AwsDoubleOptions) {
    this.options = options;
    const { directory } = options;
    this.journal =
      directory === undefined ? volatileJournal : openJournal(directory, (line) => this.replay(line));
  }

  /** Nothing was ever done or seeded here. */
  get isEmpty(): boolean {
    return this.lineNumber === 0;
  }

  /** Carries out one call of the API, faults included. */
  perform(call: Call): Outcome {
    const nowMs = this.options.now();
    const scope = { account: call.account, region: call.region };
    this.progress(scope, nowMs);
    const seq = this.ledger.nextSeq;
    const hit = this.faults.forCall(call, `call/${seq}`);
    const attempt = this.attempt(call, { nowMs, hit });
    const requestId = `${String(seq).padStart(8, '0')}-0000-4000-8000-${call.account}`;
    this.commitCall(call, { attempt, hit, nowMs, requestId });
    this.progress(scope, nowMs);
    return {
      requestId,
      ...(attempt.result !== undefined && { result: attempt.result }),
      ...(attempt.error !== undefined && { error: attempt.error }),
      reset: hit?.rule.fault === 'reset-before' || hit?.rule.fault === 'reset-after',
      delayMs: hit?.rule.fault === 'delay' ? hit.rule.delayMs : 0,
    };
  }

  /** Adds what is missing of a seed; what exists is left alone. */
  seed(seed: Seed): { created: number } {
    const nowMs = this.options.now();
    const number = this.lineNumber + 1;
    const { parts, accounts } = plantSeed(seed, { store: this.store, nowMs, origin: String(number) });
    const known = [...new Set([...(this.accounts ?? []), ...accounts])];
    this.write({ line: 'seed', number, atMs: nowMs, accounts: known, parts });
    return { created: parts.reduce((count, part) => count + part.writes.length, 0) };
  }

  setFaults(plan: FaultPlan): void {
    this.write({ line: 'faults', number: this.lineNumber + 1, plan });
  }

  /** Forgets all state, faults and the ledger. Sequence numbers go on, so nobody mistakes new calls for old ones. */
  reset(): void {
    const first: JournalLine = { line: 'reset', number: this.lineNumber + 1, nextSeq: this.ledger.nextSeq };
    this.journal.restart(first);
    this.replay(first);
  }

  /** Brings every account and region up to date, so that the list of resources is current. */
  progressAll(): void {
    for (const name of this.dueAtMs.keys()) {
      const [account = '', region = ''] = name.split('/');
      this.progress({ account, region }, this.options.now());
    }
  }

  close(): void {
    this.journal.close();
  }

  private attempt(
    call: Call,
    circumstances: { readonly nowMs: number; readonly hit: FaultHit | undefined },
  ): Attempt {
    const { nowMs, hit } = circumstances;
    const told = errorOfFault(call.service, hit);
    const isUndone = hit?.rule.fault === 'reset-before' || (told !== undefined && !hit?.rule.afterEffect);
    if (isUndone) {
      const outcome = told?.code ?? 'connection-reset';
      return { outcome, applied: false, writes: [], ...(told !== undefined && { error: told }) };
    }
    const cloud = this.store.begin(call, String(this.lineNumber + 1));
    if (hit?.rule.fault === 'stale-read' && call.action.startsWith('Describe')) {
      cloud.hideCreatedAfter(nowMs - hit.rule.delayMs);
    }
    try {
      const result = this.run(call, { cloud, nowMs });
      if (told !== undefined)
        return { outcome: told.code, applied: true, writes: cloud.writes(), error: told };
      const outcome = hit?.rule.fault === 'reset-after' ? 'connection-reset' : 'ok';
      return { outcome, applied: true, writes: cloud.writes(), result };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { outcome: error.code, applied: false, writes: [], error };
    }
  }

  private run(
    call: Call,
    moment: { readonly cloud: CloudTransaction; readonly nowMs: number },
  ): Attempt['result'] & {} {
    const action = this.options.actions[call.service][call.action];
    if (action === undefined) {
      throw new AwsError(
        'InvalidAction',
        `The action ${call.action} is not valid for this endpoint of the double.`,
      );
    }
    const actionCall: ActionCall = {
      action: call.action,
      params: new Params(call.params),
      scope: { account: call.account, region: call.region },
      nowMs: moment.nowMs,
      timings: this.options.timings,
      cloud: moment.cloud,
      knownAccounts: this.accounts,
    };
    return action(actionCall);
  }

  private commitCall(
    call: Call,
    done: {
      readonly attempt: Attempt;
      readonly hit: FaultHit | undefined;
      readonly nowMs: number;
      readonly requestId: string;
    },
  ): void {
    const { attempt, hit } = done;
    const seq = this.ledger.nextSeq;
    const token = call.params['ClientToken'];
    const effect = this.ledger.follow(call, attempt.writes, { author: seq, atMs: done.nowMs });
    const entry: LedgerEntry = {
      seq,
      requestId: done.requestId,
      atMs: done.nowMs,
      account: call.account,
      region: call.region,
      service: call.service,
      action: call.action,
      params: call.params,
      ...(typeof token === 'string' && { clientToken: token }),
      outcome: attempt.outcome,
      ...(attempt.error !== undefined && { message: attempt.error.message }),
      ...(hit !== undefined && { fault: hit.rule.fault, faultRule: hit.index }),
      applied: attempt.applied,
      effect,
    };
    const number = this.lineNumber + 1;
    this.journal.append({ line: 'call', number, entry, writes: attempt.writes });
    this.take(entry, attempt.writes);
    this.lineNumber = number;
  }

  /** Lets Auto Scaling do what is due. */
  private progress(scope: Scope, nowMs: number): void {
    const name = `${scope.account}/${scope.region}`;
    if ((this.dueAtMs.get(name) ?? 0) > nowMs) return;
    const number = this.lineNumber + 1;
    const cloud = this.store.begin(scope, String(number));
    const faultHits: number[] = [];
    const isCapacityDenied = (group: string): boolean => {
      const hit = this.faults.forLaunch({ ...scope, group }, `launch/${number}/${faultHits.length}/${group}`);
      if (hit === undefined) return false;
      // Counted now, so that a rule for one hit does not hit twice within this line; replay counts from the line.
      this.faults.record(hit.index);
      faultHits.push(hit.index);
      return true;
    };
    const due = advance({ cloud, timings: this.options.timings, scope, isCapacityDenied }, nowMs);
    const writes = cloud.writes();
    if (writes.length > 0) {
      this.journal.append({ line: 'progress', number, atMs: nowMs, scope, writes, faultHits });
      this.ledger.follow(scope, writes, { author: 'auto-scaling', atMs: nowMs });
      this.store.apply(scope, writes);
      this.lineNumber = number;
    }
    this.dueAtMs.set(name, due);
  }

  private write(line: JournalLine): void {
    this.journal.append(line);
    this.replay(line);
  }

  private replay(line: JournalLine): void {
    this.lineNumber = line.number;
    switch (line.line) {
      case 'call':
        this.ledger.follow(line.entry, line.writes, { author: line.entry.seq, atMs: line.entry.atMs });
        this.take(line.entry, line.writes);
        return;
      case 'progress':
        for (const index of line.faultHits) this.faults.record(index);
        this.ledger.follow(line.scope, line.writes, { author: 'auto-scaling', atMs: line.atMs });
        this.applyWrites(line.scope, line.writes);
        return;
      case 'seed':
        this.accounts = line.accounts.length === 0 ? undefined : new Set(line.accounts);
        for (const { scope, writes } of line.parts) {
          this.ledger.follow(scope, writes, { author: 'seed', atMs: line.atMs });
          this.applyWrites(scope, writes);
        }
        return;
      case 'faults':
        this.faults.replace(line.plan);
        this.dueAtMs.forEach((_, name) => this.dueAtMs.set(name, 0));
        return;
      case 'reset':
        this.store.clear();
        this.ledger.reset(line.nextSeq);
        this.faults.replace({ rules: [], seed: 1 });
        this.accounts = undefined;
        this.dueAtMs.clear();
    }
  }

  private take(entry: LedgerEntry, writes: readonly Write[]): void {
    this.ledger.add(entry);
    if (entry.faultRule !== undefined) this.faults.record(entry.faultRule);
    if (writes.length > 0) this.applyWrites(entry, writes);
  }

  private applyWrites(scope: Scope, writes: readonly Write[]): void {
    this.store.apply(scope, writes);
    this.dueAtMs.set(`${scope.account}/${scope.region}`, 0);
  }
}
