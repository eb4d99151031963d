import type { Arch } from '../../model/kernel.ts';

/** A guest of some hundred bytes that finds out whether an accelerator really runs guests. */
interface ProbeGuest {
  /** What QEMU is given as kernel: `probe-guest.S`, assembled. A test assembles the source again and compares. */
  readonly image: Buffer;
  readonly args: readonly string[];
  /** Whether it got through everything. */
  readonly passed: (exitCode: number | null, stdout: string) => boolean;
}

const X86_64 = Buffer.from(
  [
    '02b0ad1b00000100fe4f51e40000100000001000d00110000000000020001000fabc00001800fcbf0000200031c0b900',
    '0c0000f3abc7050000200007102000c7050010200007202000bf00202000b887000000b900020000890783c708050000',
    '2000e2f4b8200600000f22e0b8000020000f22d8b9800000c0b80101000031d20f30b8130000800f22c00f0115c00110',
    '00ea98001000080066b810008ed88ec08ed0f30f6f0556fffffff30f7f4424c0b80700000031c90fa2f7c30001000074',
    '13b803000000c4e279f7c083f8180f858800000048c7c70000210031c0b900020000f348ab488d058400000048c7c700',
    '022100668907c747020800008e48c1e810668947060f011dba000000488d3567000000ac84c074070fb6d0aceeebf431',
    'dbfbf4fa83fb0372f8b9810000c031c0ba080010000f30ffc1488d052300000031d20f30488d0d0a00000049c7c30200',
    '0000480f07b82a0000000f05b801000000eb0583f82a75f466baf400eff4ebfdffc350b020e6205848cf2011a0112120',
    'a1282104a1022101a10121fea1ff433440a94004000000000000000000000000ffff0000009baf00ffff00000093cf00',
    'ffff000000f3cf00ffff000000fbaf00270098011000ff0f0000210000000000',
  ].join(''),
  'hex',
);

const AARCH64_CODE = Buffer.from(
  [
    '1000001400000000000000000000000004040000000000000a0000000000000000000000000000000000000000000000',
    '000000000000000041524d6400000000404238d51f1000f141080054b4fdff10802240911f0000910006a0d2401018d5',
    'df3f03d58002c03de00f9f3ce10b40a9800240f91f0001ebc1060054810e4091020880d23f8400f8420400f1c1ffff54',
    '810e4091208080d2200000f9a0e080d20000a8f2200400f9a0f880d20000a8f2200800f900e09fd200a218d520050058',
    '402018d5012018d514c018d59f3f03d51f8708d59f3f03d5df3f03d5001038d5a20082d2000002aa001018d5df3f03d5',
    '41e03bd542e03bd5420001cb5f0440f1a3ffff54000100100100a8d20000018b204018d5007880d2004018d5080080d2',
    'e0039fd6480580d2010000d4000000141fa900f1e10000540120a1d2620100104014403860000034200000b9fdffff17',
    '000180520080b072020000d4000000141935800001000000627066636f6d7061742070726f62652034320a0000000000',
  ].join(''),
  'hex',
);

/** `probe-guest-aarch64.S`: the code, and the two vectors at their places. */
function aarch64(): Buffer {
  const image = Buffer.alloc(0x404);
  AARCH64_CODE.copy(image);
  image.write('d4ffff17', 0x200, 'hex');
  image.write('4cffff17', 0x400, 'hex');
  return image;
}

/** Through `isa-debug-exit`. */
const EXIT_42 = (42 << 1) | 1;

export const PROBE_GUESTS: Readonly<Record<Arch, ProbeGuest>> = {
  x86_64: {
    image: X86_64,
    args: ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    passed: (exitCode) => exitCode === EXIT_42,
  },
  aarch64: {
    image: aarch64(),
    args: ['-serial', 'stdio'],
    passed: (exitCode, stdout) => exitCode === 0 && stdout.includes('bpfcompat probe 42'),
  },
};
