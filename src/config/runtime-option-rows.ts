import { WORK_DIRECTORY } from '../model/work-directory.ts';
import type { OptionRow } from './option-row.ts';

const AGENT = ['agent plan', 'agent apply', 'agent rollback'] as const;
const FETCHING = ['runtime fetch', 'runtime execute', ...AGENT] as const;
const SELECTING = ['runtime select', ...FETCHING] as const;
const PROBING = ['runtime probe', ...SELECTING, 'agent preflight'] as const;
const READING = [...SELECTING, 'attest verify', 'attest index', 'agent preflight'] as const;
const NAMING = [...SELECTING, 'agent preflight'] as const;

/** Flags of the runtime track that say what is looked for and what is believed (docs/runtime.md). */
export const RUNTIME_OPTIONS = [
  {
    name: 'probe-prefer-privileged',
    type: 'boolean',
    default: '',
    description: 'accepted without effect: the probe reads only what anybody may read',
    commands: PROBING,
  },
  {
    name: 'probe-use-sudo',
    type: 'boolean',
    default: 'true',
    description: 'accepted without effect: the probe never uses sudo',
    commands: PROBING,
  },
  {
    name: 'probe-sudo-non-interactive',
    type: 'boolean',
    default: 'true',
    description: 'accepted without effect: the probe never uses sudo',
    commands: PROBING,
  },
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'write the JSON to this file, besides printing it',
    commands: ['runtime probe', ...SELECTING, 'agent preflight', 'agent approve'],
  },
  {
    name: 'workdir',
    type: 'text',
    default: WORK_DIRECTORY,
    placeholder: 'DIR',
    description: 'work directory with the stored evidence, objects and audit trail',
    commands: [
      ...READING,
      'agent work',
      'attest create',
      'runtime push',
      'agent approve',
      'agent ledger',
      'agent unload',
      'agent revocation-drill',
    ],
  },
  {
    name: 'artifact-name',
    type: 'text',
    default: '',
    placeholder: 'NAME',
    description: 'name of the artifact, as given to "attest create"',
    commands: [...NAMING, 'agent ledger', 'agent unload', 'agent revocation-drill'],
  },
  {
    name: 'version',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description: 'only this version; default: the highest that may be used',
    commands: SELECTING,
  },
  {
    name: 'variant',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description: 'only this variant',
    commands: SELECTING,
  },
  {
    name: 'digest',
    type: 'text',
    default: '',
    placeholder: 'HEX',
    description: 'only the object with this digest',
    commands: [...SELECTING, 'attest verify'],
  },
  {
    name: 'target-profile',
    type: 'text',
    default: '',
    placeholder: 'ID',
    description: 'only evidence of this profile; the kernel must still match this host',
    commands: SELECTING,
  },
  {
    name: 'limit',
    type: 'integer',
    default: '5',
    placeholder: 'N',
    description: 'candidates to list, 0 = all',
    commands: ['runtime select'],
    min: 0,
    max: 1_000_000,
  },
  {
    name: 'host',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'output of "runtime probe" of the host to decide for; default: this machine',
    commands: ['runtime select', 'runtime fetch'],
  },
  {
    name: 'trust',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'trust file: whose signatures count, and what evidence must be; default: the keys that signed here',
    commands: [...READING, 'agent ledger', 'agent work'],
  },
  {
    name: 'index',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'signed index of the artifacts; required where the trust file names who signs one',
    commands: [...SELECTING, 'attest verify', 'agent preflight', 'agent work'],
  },
  {
    name: 'evidence',
    type: 'repeated',
    default: '',
    placeholder: 'PATH',
    description:
      'further bundles: a file, a directory of *.json, or oci://HOST/NAME:TAG for those that refer to that image; repeatable',
    commands: [...SELECTING, 'attest index', 'agent preflight', 'agent work', 'runtime push'],
  },
  {
    name: 'offline',
    type: 'boolean',
    default: '',
    description: 'images of registries are an error: nothing is read from the network',
    commands: SELECTING,
  },
  {
    name: 'out-dir',
    type: 'text',
    default: 'artifacts/runtime-selected',
    placeholder: 'DIR',
    description: 'directory for the object; it appears there only after every check',
    commands: ['runtime fetch', 'runtime execute'],
  },
  {
    name: 'out-dir',
    type: 'text',
    default: 'artifacts/agent-selected',
    placeholder: 'DIR',
    description: 'directory for the object; it appears there only after every check',
    commands: [...AGENT, 'agent preflight', 'agent work'],
  },
  {
    name: 'source',
    type: 'repeated',
    default: '',
    placeholder: 'PATH',
    description:
      'where the object may lie besides the work directory: a file, a directory of objects, or an image (oci://HOST/NAME:TAG); repeatable',
    commands: [...FETCHING, 'agent work'],
  },
  {
    name: 'require-verified-history',
    type: 'boolean',
    default: 'true',
    description: 'only verified evidence counts; false is an error: nothing else is fetched',
    commands: FETCHING,
  },
] as const satisfies readonly OptionRow[];
