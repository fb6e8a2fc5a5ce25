# make run    installs what is missing, builds, and starts Zonal:  make run ARGS='--data /srv/zonal'
# make test   installs what is missing, builds, and runs every test
# make demo   Zonal on two hosts of network namespaces with living traffic
.PHONY: help setup build run test demo bench clean
.DEFAULT_GOAL := help

ARGS ?=
SHELL := /bin/bash
CHECK := --explicit-target-dependency-import-check error
# The programs carry the Swift runtime with them: a host that runs one needs no toolchain.
RELEASE := -c release --static-swift-stdlib $(CHECK)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the packages that the build needs and that are missing
	@.ci/setup

build: setup ## build both programs, optimised
	swift build $(RELEASE) --product zonal
	swift build $(RELEASE) --product zonal-agent

run: setup ## build and start Zonal on this machine (ARGS goes to `zonal up`)
	swift build $(RELEASE) --product zonal
	@.ci/up $(ARGS)

test: ## build and run every test (ARGS goes to the test runner: --filter NAME)
	@.ci/test $(ARGS)

demo: ## two hosts of network namespaces, living traffic, a scan, and Zonal on it
	@.ci/setup --test
	swift build $(RELEASE) --product zonal
	@Tests/IntegrationTests/Lab/demo .build/release/zonal

bench: setup ## measure speed beside peers (Benchmarks/README.md)
	Benchmarks/run $(ARGS)

clean: ## remove everything that was built
	rm -rf .build
