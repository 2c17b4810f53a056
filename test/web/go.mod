module github.com/Kaleaon/pentary-go/test/web

go 1.26.0

require (
	github.com/Kaleaon/pentary-go/examples v0.1.0
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
)

require (
	github.com/Kaleaon/pentary-go v0.1.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/Kaleaon/pentary-go => ../..

replace github.com/Kaleaon/pentary-go/examples => ../../examples
