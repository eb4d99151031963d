import * as z from 'zod';

/**
 * A list of kernels in which each is there once: of two results about one kernel the last would count in one place, and both
 * in another.
 */
export function onceEach<T extends z.ZodType<{ readonly profile_id: string }>>(target: T) {
  return z.array(target).superRefine((targets, context) => {
    const seen = new Set<string>();
    for (const [index, { profile_id: id }] of targets.entries()) {
      if (seen.has(id))
        context.addIssue({ code: 'custom', path: [index, 'profile_id'], message: 'a kernel that is there already' });
      seen.add(id);
    }
  });
}
