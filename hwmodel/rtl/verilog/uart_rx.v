// A serial receiver: 8 data bits, the lowest first, no parity, one stop bit.
//
// valid  data is a byte that has arrived; one cycle
//
// A byte without a stop bit is dropped, and the next start bit counts only after the line
// has been high again: the end of a break is no byte.
//
// Latency: valid half a bit after the stop bit has begun.
// Bounds:  DIVIDER, the clock cycles of a bit, is at least 4.
module uart_rx #(
    parameter DIVIDER = 104
) (
    input            clk,
    input            rst,
    input            rx,
    output reg       valid,
    output reg [7:0] data
);
    localparam BITS = $clog2(DIVIDER);
    localparam [31:0] PERIOD = DIVIDER - 1, HALF = DIVIDER / 2 - 1;

    reg [1:0]      sampled;  // of a line that follows another clock
    reg [BITS-1:0] wait_for;
    reg [3:0]      bits;     // left, of start, data and stop; 0 when idle
    reg            broken;   // no stop bit, and the line low since

    wire line = sampled[1];

    always @(posedge clk) begin
        sampled <= {sampled[0], rx};
        valid <= 1'b0;
        if (rst) begin
            sampled <= 2'b11;
            bits <= 4'd0;
            broken <= 1'b0;
        end else if (bits == 4'd0) begin
            wait_for <= HALF[BITS-1:0];
            broken <= broken & ~line;
            if (~line & ~broken) bits <= 4'd10;
        end else if (wait_for != 0) begin
            wait_for <= wait_for - 1'b1;
        end else begin  // the middle of a bit
            wait_for <= PERIOD[BITS-1:0];
            bits <= bits == 4'd10 & line ? 4'd0 : bits - 4'd1;  // no start bit after all
            if (bits == 4'd1) {valid, broken} <= {line, ~line};  // a stop bit, or none
            else data <= {line, data[7:1]};
        end
    end
endmodule
