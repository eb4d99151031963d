import { describe, expect, test } from 'vitest';
import { ENV_VARIABLES } from '../../src/config/env.ts';
import { parseArgs } from '../../src/config/parse-args.ts';
import { serverSettings } from '../../src/server/settings.ts';

function settingsOf(env: Readonly<Record<string, string>>) {
  const parsed = parseArgs(['serve', '--offline']);
  if (parsed.command !== 'serve') throw new Error('it is another command');
  return serverSettings(parsed.options, { env, cwd: '/', known: ENV_VARIABLES.map(({ Name }) => Name) });
}

describe('a start', () => {
  test('notes what will not do what it says, and names that are not known', () => {
    const env = {
      BPFCOMPAT_API_REDACT_RUNTIME_DETAILS: 'false',
      BPFCOMPAT_API_ENABLE_PPROF: 'true',
      BPFCOMPAT_FETCH_MAX_BITES: '1',
      BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES_VALIDATE: 'ci',
    };
    expect(settingsOf(env).notes.map((note) => note.replace(/[:;].*/, ''))).toEqual([
      'BPFCOMPAT_API_ENABLE_PPROF has no effect',
      'BPFCOMPAT_API_REDACT_RUNTIME_DETAILS has no effect',
      'BPFCOMPAT_FETCH_MAX_BITES is not known to serve and has no effect on it',
    ]);
    expect(settingsOf({ PATH: '/bin' }).notes).toEqual([]);
    expect(
      settingsOf({ BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES: '64M', BPFCOMPAT_RUNTIME_DECISIONS_MAX_FILES: '3' }).notes,
    ).toEqual([expect.stringMatching(/^BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES cannot be read and counts as 67108864/)]);
  });

  test.each(['BPFCOMPAT_GITHUB_MARKETPLACE_WEBHOOK_SECRET', 'BPFCOMPAT_REGISTRY_AUTH_TOKEN'])(
    'does not take a weak secret as %s',
    (name) => {
      expect(() => settingsOf({ [name]: 'short' })).toThrow(`${name} has less than 16 characters`);
    },
  );
});
