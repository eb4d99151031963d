// The arm64 guest behind probe-guest.ts, an Image as Linux has it. It does what broken KVM set-ups fail at: SIMD registers,
// page tables of its own, exception vectors, a clock that goes on, EL0 and back. Then it says so on the serial port and
// switches the machine off by PSCI; without an answer nothing works.
//
//   aarch64-linux-gnu-as probe-guest-aarch64.S -o probe.o && aarch64-linux-gnu-objcopy -O binary probe.o probe.bin
.set UART, 0x09000000
.set TABLE, 0x3000
.set STACK, 0x8000
.org 0
head:
 b start
 .long 0
 .quad 0, end - head, 0xa        // text_offset, image_size, flags: little-endian, 4 KiB pages, anywhere
 .quad 0, 0, 0
 .ascii "ARM\x64"
 .long 0
start:
 mrs x0, CurrentEL
 cmp x0, 4
 b.ne off
 adr x20, head
 add x0, x20, STACK
 mov sp, x0
 mov x0, 3 << 20                 // FPEN
 msr cpacr_el1, x0
 isb
 ldr q0, [x20]
 str q0, [sp, -16]!
 ldp x1, x2, [sp]
 ldr x0, [x20]
 cmp x0, x1
 b.ne off
 // 1 GiB blocks: devices, memory for EL1, the same memory for EL0 and read-only
 add x1, x20, TABLE
 mov x2, 64
1: str xzr, [x1], 8
 subs x2, x2, 1
 b.ne 1b
 add x1, x20, TABLE
 mov x0, 0x401                   // block, AF, attribute 0
 str x0, [x1]
 mov x0, 0x705                   // block, AF, inner shareable, attribute 1
 movk x0, 0x4000, lsl 16
 str x0, [x1, 8]
 mov x0, 0x7c5                   // the same with AP read-only for both
 movk x0, 0x4000, lsl 16
 str x0, [x1, 16]
 mov x0, 0xff00                  // MAIR: 0 device, 1 normal
 msr mair_el1, x0
 ldr x0, tcr
 msr tcr_el1, x0
 msr ttbr0_el1, x1
 msr vbar_el1, x20                // the table of vectors is the image: two of them count
 dsb sy
 tlbi vmalle1
 dsb sy
 isb
 mrs x0, sctlr_el1
 mov x2, 0x1005                  // MMU and caches
 orr x0, x0, x2
 msr sctlr_el1, x0
 isb
 mrs x1, cntvct_el0
2: mrs x2, cntvct_el0
 sub x2, x2, x1
 cmp x2, 4096
 b.lo 2b
 adr x0, user
 mov x1, 0x40000000
 add x0, x0, x1                  // where EL0 may run it
 msr elr_el1, x0
 mov x0, 0x3c0
 msr spsr_el1, x0
 mov x8, 0
 eret
user:
 mov x8, 42
 svc 0
 b .
reached:
 cmp x8, 42
 b.ne off
 mov x1, UART
 adr x2, words
3: ldrb w0, [x2], 1
 cbz w0, off
 str w0, [x1]
 b 3b
off:
 movz w0, 8
 movk w0, 0x8400, lsl 16         // PSCI SYSTEM_OFF
 hvc 0
 b .
tcr: .quad 0x0000000100803519    // T0SZ 25, write-back, inner shareable, 4 KiB, EPD1, 36 bits
words: .asciz "bpfcompat probe 42\n"
.org 0x200                       // what EL1 itself does wrong
 b off
.org 0x400                       // out of EL0
 b reached
end:
