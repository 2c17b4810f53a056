// Runs a bench: reads its inputs from standard input, one record after another, and
// writes its outputs to standard output. A record is the port as Verilator keeps it.

#include <cstdio>
#include <cstring>

#include "Vbench.h"

double sc_time_stamp() { return 0; }

static Vbench bench;

static void tick() {
    bench.clk = 1;
    bench.eval();
    bench.clk = 0;
    bench.eval();
}

int main() {
    bench.clk = 0;
    bench.start = 0;
    bench.rst = 1;
    for (int i = 0; i < 32; i++) tick();
    bench.rst = 0;
    while (fread(&bench.in, sizeof bench.in, 1, stdin) == 1) {
        bench.start = 1;
        bench.eval();
        for (long cycles = 0; !bench.done; cycles++) {
            if (cycles == 1000000) {
                fprintf(stderr, "no end after a million cycles\n");
                return 1;
            }
            tick();
            bench.start = 0;
            bench.eval();
        }
        fwrite(&bench.out, sizeof bench.out, 1, stdout);
        if (bench.start == 0) tick();
        bench.start = 0;
    }
    return 0;
}
