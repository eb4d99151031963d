import { didYouMean } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';
import type { ObjectUpload } from './upload.ts';

/** The kernels that a request names, with those that decide. @returns undefined: those of the server, as they are */
export async function matrixOf({ form }: ObjectUpload, { kernels, settings }: Services) {
  const { profiles, required_profiles: required, optional_profiles: optional } = form;
  if (profiles.length + required.length + optional.length === 0) return undefined;
  const served = await kernels();
  const known = served.map(({ profile }) => profile.id);
  const standard = served.filter((one) => one.standard !== undefined).map(({ profile }) => profile.id);
  const chosen = [...new Set(profiles.length === 0 ? standard : profiles)];
  const unknown = [...chosen, ...optional].find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new ApiError(
      400,
      'unknown_profile',
      `profiles: there is no kernel ${quoted(unknown)}${didYouMean(unknown, known)}`,
    );
  const foreign = required.find((id) => !chosen.includes(id));
  if (foreign !== undefined)
    throw new ApiError(
      400,
      'required_profile_missing',
      `required_profiles: ${quoted(foreign)} is not among the profiles`,
    );
  const both = optional.find((id) => required.includes(id));
  if (both !== undefined)
    throw new ApiError(400, 'bad_form', `optional_profiles: ${quoted(both)} is among the required_profiles as well`);
  const most = settings.env.profiles;
  if (chosen.length > most)
    throw new ApiError(
      400,
      'too_many_profiles',
      `profiles: at most ${most} kernels may be chosen, not ${chosen.length}`,
    );
  return {
    name: 'request',
    profiles: chosen.map((id) => ({
      id,
      required: required.length === 0 ? !optional.includes(id) : required.includes(id),
    })),
  };
}
