module github.com/Kaleaon/pentary-go/examples

go 1.26.0

require (
	github.com/Kaleaon/pentary-go v0.1.0
	github.com/Kaleaon/pentary-go/interchange v0.1.0
)

require (
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
