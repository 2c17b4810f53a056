// A serial transmitter: 8 data bits, the lowest first, no parity, one stop bit.
//
// start  sends data, when ready
//
// Latency: ready again 10 * DIVIDER + 1 cycles after start.
// Bounds:  DIVIDER, the clock cycles of a bit, is at least 2.
module uart_tx #(
    parameter DIVIDER = 104
) (
    input       clk,
    input       rst,
    input       start,
    input [7:0] data,
    output      ready,
    output      tx
);
    localparam BITS = $clog2(DIVIDER);
    localparam [31:0] PERIOD = DIVIDER - 1;

    reg [BITS-1:0] wait_for;
    reg [3:0]      bits;   // left, of start, data and stop
    reg [8:0]      shift;  // idles at ones

    assign ready = bits == 4'd0;
    assign tx = shift[0];

    always @(posedge clk) begin
        if (rst) begin
            bits <= 4'd0;
            shift <= 9'h1FF;
        end else if (ready) begin
            wait_for <= PERIOD[BITS-1:0];
            if (start) begin
                bits <= 4'd10;
                shift <= {data, 1'b0};
            end
        end else if (wait_for != 0) begin
            wait_for <= wait_for - 1'b1;
        end else begin
            wait_for <= PERIOD[BITS-1:0];
            bits <= bits - 4'd1;
            shift <= {1'b1, shift[8:1]};
        end
    end
endmodule
