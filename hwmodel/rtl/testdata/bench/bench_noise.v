// in: seed, generation, tensor, pair, block   out: codes of block and of block+1, cycles of
// both together; of ars_noise, or of philox_noise if PHILOX is 1
module bench_noise #(
    parameter PHILOX = 0
) (
    input clk, input rst, input start, input [191:0] in, output done, output [199:0] out
);
    wire ready, valid;
    wire [95:0] codes;
    reg second, running;
    reg [95:0] first;
    reg [7:0] count;
    // Operands are there for the cycle that they are due, and their inverse otherwise.
    wire next = running & ~second & valid;
    wire [191:0] now = start | next ? in : ~in;
    generate if (PHILOX) begin : philox
        philox_noise dut (
            .clk(clk), .rst(rst), .start(start | next),
            .seed(now[63:0]), .generation(now[95:64]), .tensor(now[127:96]), .pair(now[159:128]),
            .block(now[191:160] + {31'd0, running}),
            .ready(ready), .valid(valid), .codes(codes)
        );
    end else begin : ars
        ars_noise dut (
            .clk(clk), .rst(rst), .start(start | next),
            .seed(now[63:0]), .generation(now[95:64]), .tensor(now[127:96]), .pair(now[159:128]),
            .block(now[191:160] + {31'd0, running}),
            .ready(ready), .valid(valid), .codes(codes)
        );
    end endgenerate
    always @(posedge clk) begin
        count <= start ? 8'd1 : count + 8'd1;
        if (rst) running <= 1'b0;
        else if (start) begin
            running <= 1'b1;
            second <= 1'b0;
        end else if (running & valid) begin
            first <= codes;
            second <= ~second;
            if (second) running <= 1'b0;
        end
    end
    assign done = running & second & valid;
    assign out = {count, codes, first};
endmodule
