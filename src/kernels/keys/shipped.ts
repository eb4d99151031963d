import { ALMALINUX } from './almalinux.ts';
import { AMAZON } from './amazon.ts';
import { AZURE } from './azure.ts';
import { CENTOS } from './centos.ts';
import { FEDORA } from './fedora.ts';
import { FLATCAR } from './flatcar.ts';
import { ORACLE } from './oracle.ts';
import { REDHAT } from './redhat.ts';
import { ROCKY } from './rocky.ts';
import { SUSE } from './suse.ts';

const SHIPPED = {
  ...ALMALINUX,
  ...AMAZON,
  ...AZURE,
  ...CENTOS,
  ...FEDORA,
  ...FLATCAR,
  ...ORACLE,
  ...REDHAT,
  ...ROCKY,
  ...SUSE,
} as const;
export type ShippedKey = keyof typeof SHIPPED;

/** Fingerprints of the primary keys of each file: who may sign with what it holds. A test compares both. */
export const FINGERPRINTS: Readonly<Record<string, readonly string[]>> &
  Readonly<Record<ShippedKey, readonly string[]>> = {
  'RPM-GPG-KEY-AlmaLinux-8': ['5E9B8F5617B5066CE92057C3488FCF7C3ABB34F8', 'BC5EDDCADF502C077F1582882AE81E8ACED7258B'],
  'RPM-GPG-KEY-AlmaLinux-9': ['BF18AC2876178908D6E71267D36CB86CB86B3716'],
  'RPM-GPG-KEY-AlmaLinux-10': ['EE6DB7B98F5BF5EDD9DA0DE5DEE5C11CC2A1E572'],
  'RPM-GPG-KEY-Rocky-8': ['7051C470A929F454CEBE37B715AF5DAC6D745A60'],
  'RPM-GPG-KEY-Rocky-9': ['21CB256AE16FC54C6E652949702D426D350D275D'],
  'RPM-GPG-KEY-Rocky-10': ['FC226859C0860BF0DDB95B085B106C736FEDFC85'],
  'RPM-GPG-KEY-CentOS-7': ['6341AB2753D78A78A7C27BB124C6A8A7F4A80EB5'],
  'RPM-GPG-KEY-CentOS-Official': ['99DB70FAE1D7CE227FB6488205B555B38483C65D'],
  'RPM-GPG-KEY-CentOS-Official-SHA256': ['99DB70FAE1D7CE227FB6488205B555B38483C65D'],
  'RPM-GPG-KEY-redhat-release': [
    '567E347AD0044ADE55BA8A5F199E2F91FD431D51',
    '7E4624258C406535D56D6F135054E4A45A6340B3',
  ],
  'RPM-GPG-KEY-fedora-32-primary': ['97A1AE57C3A2372CCA3A4ABA6C13026D12C944D0'],
  'RPM-GPG-KEY-fedora-42-primary': ['B0F4950458F69E1150C6C5EDC8AC4916105EF944'],
  'RPM-GPG-KEY-fedora-43-primary': ['C6E7F081CF80E13146676E88829B606631645531'],
  'RPM-GPG-KEY-fedora-44-primary': ['36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6'],
  'RPM-GPG-KEY-fedora-45-primary': ['4F50A6114CD5C6976A7F1179655A4B02F577861E'],
  'RPM-GPG-KEY-amazon-linux-2': ['99E617FE5DB527C0D8BD5F8E11CF1F95C87F5B1A'],
  'RPM-GPG-KEY-amazon-linux-2023': ['B21C50FA44A99720EAA72F7FE951904AD832C631'],
  'RPM-GPG-KEY-oracle-ol7': ['42144123FECFC55B9086313D72F97B74EC551F03'],
  'RPM-GPG-KEY-oracle-ol8': ['76FD3DB13AB67410B89DB10E82562EA9AD986DA3'],
  'RPM-GPG-KEY-oracle-ol9': ['3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F', '982231759C7467065D0CE9B2A7DD07088B4EFBE6'],
  'RPM-GPG-KEY-openSUSE-2022': ['AD485664E901B867051AB15F35A2F86E29B700A4'],
  'RPM-GPG-KEY-SuSE-SLE-15': ['FEAB502539D846DB2C0961CA70AF9E8139DB7C82'],
  'RPM-GPG-KEY-SuSE-SLE-Main-2023': ['7F009157B127B994D5CFBE76F74F09BC3FA1D6CE'],
  'RPM-GPG-KEY-SuSE-ALP-Main': ['1C59D66FCD52563A16933DBCFEC28EAF09D9EA69'],
  'MICROSOFT-RPM-GPG-KEY': ['2BC94FFF7015A5F28F1537AD0CD9FED33135CE90'],
  'MICROSOFT-METADATA-GPG-KEY': ['BC528686B50D79E339D3721CEB3E94ADBE1229CF'],
  'Flatcar_Image_Signing_Key.asc': ['F88CFEDEFF29A5B4D9523864E25D9AED0593B34A'],
};

/**
 * Keys of vendors that do not come along, since their bytes were not to be had when this was written, by the name that their file must have. Who
 * puts one in its place needs the one of this fingerprint.
 */
export const UNSHIPPED: Readonly<Record<string, readonly string[]>> = {
  'Ubuntu_Mainline_Signing_Key.asc': ['60AA7B6F30434AE68E569963E50C6A0917C622B0'],
};

export function isShippedKey(name: string): name is ShippedKey {
  return Object.hasOwn(SHIPPED, name);
}

/** The armored file. */
export function shippedKey(name: ShippedKey): Uint8Array {
  return Buffer.from(SHIPPED[name]);
}
