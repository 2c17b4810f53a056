// Runs a bench in Icarus Verilog: reads its inputs from in.hex, one a line, and writes
// its outputs to out.hex. BENCH, IN and OUT name it and the widths of its ports.
module harness;
    reg clk = 0, rst = 1, start = 0;
    reg  [`IN-1:0] in;
    wire [`OUT-1:0] out;
    wire done;
    `BENCH bench (.clk(clk), .rst(rst), .start(start), .in(in), .done(done), .out(out));

    task clock;
        begin
            #1 clk = 1;
            #1 clk = 0;
        end
    endtask

    integer source, sink, cycles;
    initial begin
        source = $fopen("in.hex", "r");
        sink = $fopen("out.hex", "w");
        repeat (32) clock;
        rst = 0;
        while ($fscanf(source, "%h\n", in) == 1) begin
            start = 1;
            #1 cycles = 0;
            while (!done) begin
                clock;
                start = 0;
                #1 cycles = cycles + 1;
                if (cycles == 1000000) $finish;
            end
            $fdisplay(sink, "%h", out);
            if (!start) clock;
            start = 0;
        end
        $fclose(sink);
        $finish;
    end
endmodule
