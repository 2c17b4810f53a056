// Package web tests the page of examples/web in a browser. It is a module of its own,
// so that the examples do not need what drives the browser.
package web
