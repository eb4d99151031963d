import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProfile } from '../../src/config/profile.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/kernels.md'), 'utf8');
const profiles = [...page.matchAll(/^```yaml\n(id: (\S+)\n[\s\S]*?)^```$/gm)].map(([, text = '', id = '']) => [
  id,
  text,
]);

test('the page has profiles of every vendor that needs more than an address', () => {
  const ids = profiles.map(([id]) => id);
  expect(ids).toEqual(expect.arrayContaining(['my-rocky-9', 'my-rhel-8', 'my-rhcos-4.16', 'debian-12-image']));
});

// Without any flag: what the page shows is allowed as it stands.
test.each(profiles)('profile %s of the page is read', (id, text = '') => {
  expect(readProfile({ file: 'p.yaml', text }).id).toBe(id);
});
