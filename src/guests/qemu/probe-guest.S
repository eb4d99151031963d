# The guest behind probe-guest.ts, loaded by QEMU's multiboot loader at 1 MiB. It does in a few hundred instructions what
# broken KVM set-ups fail at: long mode with its own page tables, SSE, a VEX-encoded instruction, timer interrupts while
# halted, ring 3 and back. Then it leaves through isa-debug-exit with 42; without an answer nothing works.
#
#   as --64 probe-guest.S -o probe.o && ld -Ttext=0x100000 --oformat binary -o probe.bin probe.o
.intel_syntax noprefix
.code32
.set BASE, 0x100000
.org 0
head:
 .long 0x1BADB002, 0x00010000, -(0x1BADB002 + 0x00010000)
 .long BASE, BASE, BASE + end - head, 0, BASE + start32 - head
start32:
 cli
 mov esp, 0x180000
 cld
 # page tables: PML4 at 0x200000, PDPT 0x201000, PD 0x202000: 1 GiB in 2 MiB pages, user accessible
 mov edi, 0x200000
 xor eax, eax
 mov ecx, 0xc00
 rep stosd
 mov dword ptr [0x200000], 0x201007
 mov dword ptr [0x201000], 0x202007
 mov edi, 0x202000
 mov eax, 0x87
 mov ecx, 512
1: mov [edi], eax
 add edi, 8
 add eax, 0x200000
 loop 1b
 mov eax, 0x620            # PAE, OSFXSR, OSXMMEXCPT
 mov cr4, eax
 mov eax, 0x200000
 mov cr3, eax
 mov ecx, 0xc0000080       # EFER: SCE, LME
 mov eax, 0x101
 xor edx, edx
 wrmsr
 mov eax, 0x80000013       # PG, ET, MP, PE
 mov cr0, eax
 lgdt [BASE + gdtr - head]
 .byte 0xea
 .long BASE + start64 - head
 .word 8
.code64
start64:
 mov ax, 16
 mov ds, ax
 mov es, ax
 mov ss, ax
 movdqu xmm0, [rip + head]
 movdqu [rsp - 64], xmm0
 # VEX encoding, where the CPU says it has BMI2
 mov eax, 7
 xor ecx, ecx
 cpuid
 test ebx, 0x100
 jz 2f
 mov eax, 3
 shlx eax, eax, eax
 cmp eax, 24
 jne fail
2: # a timer interrupt while halted
 mov rdi, 0x210000
 xor eax, eax
 mov ecx, 512
 rep stosq
 lea rax, [rip + tick]
 mov rdi, 0x210200          # vector 0x20
 mov [rdi], ax
 mov dword ptr [rdi + 2], 0x8e000008
 shr rax, 16
 mov [rdi + 6], ax
 lidt [rip + idtr]
 lea rsi, [rip + picinit]
3: lodsb
 test al, al
 jz 4f
 movzx edx, al
 lodsb
 out dx, al
 jmp 3b
4: xor ebx, ebx
5: sti
 hlt
 cli
 cmp ebx, 3
 jb 5b
 # ring 3 and back
 mov ecx, 0xc0000081
 xor eax, eax
 mov edx, 0x00100008
 wrmsr
 inc ecx
 lea rax, [rip + entry]
 xor edx, edx
 wrmsr
 lea rcx, [rip + user]
 mov r11, 2
 sysretq
user:
 mov eax, 42
 syscall
fail:
 mov eax, 1
 jmp out_
entry:
 cmp eax, 42
 jne fail
out_:
 mov dx, 0xf4
 out dx, eax
6: hlt
 jmp 6b
tick:
 inc ebx
 push rax
 mov al, 0x20
 out 0x20, al
 pop rax
 iretq
picinit:  # PIC: vectors from 0x20, only IRQ 0; PIT: channel 0, rate generator, about 1 kHz
 .byte 0x20,0x11, 0xa0,0x11, 0x21,0x20, 0xa1,0x28, 0x21,4, 0xa1,2, 0x21,1, 0xa1,1, 0x21,0xfe, 0xa1,0xff, 0x43,0x34, 0x40,0xa9, 0x40,4, 0
.balign 8, 0
gdt: .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cff3000000ffff, 0x00affb000000ffff
gdtr: .word gdtr - gdt - 1
 .long BASE + gdt - head
idtr: .word 0xfff
 .quad 0x210000
end:
