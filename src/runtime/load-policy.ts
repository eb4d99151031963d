import * as z from 'zod';
import { readYaml, type SourceFile } from '../config/yaml-file.ts';
import { flag, line, list, oneOfMany, wordOrEmpty } from '../config/yaml-schema.ts';
import { globMatches } from '../model/glob-matches.ts';
import { sha256 } from './canonical.ts';

/** What a load would be: who, what, where. Types are those that a guest showed, never those of a manifest. */
export interface LoadFacts {
  readonly agent: string;
  readonly tenant: string;
  readonly project: string;
  readonly artifact: string;
  readonly profile: string;
  readonly programTypes: readonly string[];
  readonly attachKinds: readonly string[];
  /** Release. */
  readonly kernel: string;
  readonly verified: boolean;
}

const ACTIONS = ['allow', 'deny'] as const;
type Action = (typeof ACTIONS)[number];

const action = oneOfMany(ACTIONS, ACTIONS.join(' or '));
const patterns = list(line({ required: true, maxBytes: 256 })).default([]);
// A bound that is no number would be no bound: everything would be within it.
const kernel = wordOrEmpty(/^\d{1,5}(?:\.\d{1,5}){0,3}$/, 'numbers such as 5.15 or 6.1.90').default('');

const ruleKeys = {
  name: line({ required: true, maxBytes: 256 }),
  action,
  tenants: patterns,
  projects: patterns,
  artifacts: patterns,
  profiles: patterns,
  program_types: patterns,
  attach_kinds: patterns,
  kernel_min: kernel,
  kernel_max: kernel,
  require_verified_history: flag.default(false),
};

const AgentRule = z.strictObject({ ...ruleKeys, agents: patterns });
const ExecuteRule = z.strictObject(ruleKeys);

/** Versions of each kind of file; from v0.2 on any deny that matches wins. */
const KINDS = {
  agent: ['agent_load_policy.v0.1', 'agent_load_policy.v0.2'],
  execute: ['runtime_execute_policy.v0.1', 'runtime_execute_policy.v0.2'],
} as const;
type PolicyKind = keyof typeof KINDS;

const head = (kind: PolicyKind) => ({
  schema_version: oneOfMany(KINDS[kind], KINDS[kind].join(' or ')),
  // Where a file does not say it, nothing is allowed that no rule allows.
  default_action: action.default('deny'),
});

const SCHEMAS = {
  agent: z.strictObject({
    ...head('agent'),
    allowed_agents: patterns,
    revoked_agents: patterns,
    require_approval: flag.optional(),
    rules: list(AgentRule, { unique: 'name' }).default([]),
  }),
  execute: z.strictObject({ ...head('execute'), rules: list(ExecuteRule, { unique: 'name' }).default([]) }),
};

type Rule = z.infer<typeof ExecuteRule> & { readonly agents?: readonly string[] };

/** Which loads may be. Nothing may be that it does not allow. */
export interface LoadPolicy {
  readonly schemaVersion: string;
  readonly denyWins: boolean;
  readonly defaultAction: Action;
  readonly allowedAgents: readonly string[];
  readonly revokedAgents: readonly string[];
  readonly rules: readonly Rule[];
  /** A load check of an agent needs a signed approval: from v0.2 on, unless the file rejects it. */
  readonly requireApproval: boolean;
  /** Of the bytes of the file. */
  readonly sha256: string;
}

/** What a policy says about one load: `load_policy` of outputs. */
export interface PolicyDecision {
  readonly schema_version: string;
  readonly allowed: boolean;
  /** Empty: no rule, the default or the list of agents. */
  readonly rule_name: string;
  readonly action: Action;
  readonly reason: string;
  readonly policy_sha256: string;
  readonly warnings?: readonly string[];
}

/**
 * Reads a policy (docs/runtime-execute-policy.md).
 * @throws UsageError `policy_invalid` with the place of everything that is wrong
 */
export function readLoadPolicy(source: SourceFile, kind: PolicyKind): LoadPolicy {
  const { value } = readYaml(source, SCHEMAS[kind] as typeof SCHEMAS.agent, 'policy_invalid');
  const isStrict = value.schema_version.endsWith('.v0.2');
  return {
    schemaVersion: value.schema_version,
    denyWins: isStrict,
    defaultAction: value.default_action,
    allowedAgents: value.allowed_agents ?? [],
    revokedAgents: value.revoked_agents ?? [],
    rules: value.rules,
    requireApproval: kind === 'agent' && (value.require_approval ?? isStrict),
    sha256: sha256(source.text),
  };
}

/** `*` and `?`, in any case. */
function among(patterns: readonly string[], text: string): boolean {
  return patterns.some((one) => globMatches(one.toLowerCase(), text.toLowerCase()));
}

/** An allow has to cover every type that was seen; a deny needs one of them, or that none was seen: any could be there. */
function typesMatch(patterns: readonly string[], seen: readonly string[], does: Action): boolean {
  if (patterns.length === 0) return true;
  if (seen.length === 0) return does === 'deny';
  return does === 'deny' ? seen.some((one) => among(patterns, one)) : seen.every((one) => among(patterns, one));
}

/** Numbers of a release, as many as it begins with. */
function numbersOf(release: string): number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(release)?.[1] ?? '').split('.').map(Number);
}

/** Compares only as many numbers as the bound has: 5.15.3 is not above 5.15. */
function compareTo(bound: string, release: string): number {
  const [is, limit] = [numbersOf(release), numbersOf(bound)];
  for (const [index, number] of limit.entries()) {
    const order = (is[index] ?? 0) - number;
    if (order !== 0) return order;
  }
  return 0;
}

function matches(rule: Rule, facts: LoadFacts): boolean {
  const is = (list: readonly string[] | undefined, text: string): boolean =>
    list === undefined || list.length === 0 || among(list, text);
  return (
    is(rule.agents, facts.agent) &&
    is(rule.tenants, facts.tenant) &&
    is(rule.projects, facts.project) &&
    is(rule.artifacts, facts.artifact) &&
    is(rule.profiles, facts.profile) &&
    typesMatch(rule.program_types, facts.programTypes, rule.action) &&
    typesMatch(rule.attach_kinds, facts.attachKinds, rule.action) &&
    (rule.kernel_min === '' || compareTo(rule.kernel_min, facts.kernel) >= 0) &&
    (rule.kernel_max === '' || compareTo(rule.kernel_max, facts.kernel) <= 0) &&
    (!rule.require_verified_history || facts.verified || rule.action === 'deny')
  );
}

/** Why an agent may load nothing at all; empty: it may, as far as its name goes. */
export function agentProblem({ allowedAgents, revokedAgents }: LoadPolicy, agent: string): string {
  if (among(revokedAgents, agent)) return `the agent ${agent} is revoked`;
  if (allowedAgents.length > 0 && !among(allowedAgents, agent)) return `the agent ${agent} is not among allowed_agents`;
  return '';
}

/** The one result of a policy about a load; deny unless something allows it. */
export function decideLoad(policy: LoadPolicy, facts: LoadFacts): PolicyDecision {
  const respond = (does: Action, rule: string, reason: string, warnings: readonly string[] = []): PolicyDecision => ({
    schema_version: policy.schemaVersion,
    allowed: does === 'allow',
    rule_name: rule,
    action: does,
    reason,
    policy_sha256: policy.sha256,
    ...(warnings.length > 0 && { warnings }),
  });
  const problem = agentProblem(policy, facts.agent);
  if (problem !== '') return respond('deny', '', problem);
  const hits = policy.rules.filter((rule) => matches(rule, facts));
  const denied = hits.find((rule) => rule.action === 'deny');
  const [first] = hits;
  const chosen = policy.denyWins ? (denied ?? first) : first;
  if (chosen === undefined)
    return respond(policy.defaultAction, '', `no rule matches; default_action ${policy.defaultAction}`);
  const shadowed = chosen.action === 'allow' && denied !== undefined;
  const warning = `rule ${chosen.name} comes before ${denied?.name}, which would deny; in v0.2 any deny wins`;
  return respond(chosen.action, chosen.name, `rule ${chosen.name}`, shadowed ? [warning] : []);
}
