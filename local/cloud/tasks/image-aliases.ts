/**
 * Names for images of Microsoft that a `cmd` may begin with. ACR Tasks' engine names a tag of each, which changes with its releases
 * (https://github.com/Azure/acr-builder, graph/global-defaults-linux.go).
 */
export const IMAGE_ALIASES: Record<string, string> = {
  acr: 'mcr.microsoft.com/acr/acr-cli:0.19',
  az: 'mcr.microsoft.com/acr/azure-cli:2ff604c',
  bash: 'mcr.microsoft.com/acr/bash:2ff604c',
  curl: 'mcr.microsoft.com/acr/curl:2ff604c',
  cssc: 'mcr.microsoft.com/acr/cssc:2ff604c',
};
