# Sourced by bench/evidence.sh: what small sets are worth in what they are for, as `decant trial` asks it. Tables apps_TRIAL_SET. Every
# stage that ends is kept in build/evidence. DECANT_EVIDENCE_OPTIONS reaches `trial` as well: --threads 1.

try() {  # NAME TRIAL DATA OPTIONS…
  local name=$1
  shift
  "${build#"$root/"}/decant" trial "${@//"$root/"/}" "${cache[@]}" "${more[@]}" --overwrite -o "bench/evidence/$name.json"
  python3 "$here/tables.py"
}

memories=random,herding,k-means,random+quality=50+bytes=same,dm,dm+pictures=first
apps_continual_mnist_300() { try apps_continual_mnist_300 continual "$(dataset mnist)" --memory 300 --with "$memories" --seeds 5; }
apps_continual_mnist_500() { try apps_continual_mnist_500 continual "$(dataset mnist)" --memory 500 --with "$memories" --seeds 5; }
apps_continual_cifar10() { try apps_continual_cifar10 continual "$(dataset cifar10)" --memory 20 --memory-of class --steps 400 --with "$memories" --seeds 5; }

senders=random,herding,k-means,dm,dm+pictures=first
apps_federated() { try "apps_federated_fashion_$1" federated "$(dataset fashion_mnist)" --alpha "$2" --with "$senders" --seeds 3; }
apps_federated_fashion_50() { apps_federated 50 0.5; }
apps_federated_fashion_10() { apps_federated 10 0.1; }
apps_federated_fashion_1() { apps_federated 1 0.01; }

# In rounds, sets are made for the server's network; averaging has as many rounds as their bytes pay for.
apps_federated_rounds() {
  try apps_federated_rounds federated "$(dataset fashion_mnist)" --alpha 0.1 --set-rounds 5 --rounds 15 --with random,dm,feddm,dm+pictures=first --seeds 3
}

apps_search_cifar10() { try apps_search_cifar10 search "$(dataset cifar10)" --networks 40 --with random,herding,k-means,dm --seeds 3; }
apps_membership_fashion() { try apps_membership_fashion membership "$(dataset fashion_mnist)" --networks 64 --with random,herding,dm,dm+init=noise; }

apps_tables=(apps_continual_mnist_{300,500} apps_continual_cifar10 apps_federated_fashion_{50,10,1} apps_federated_rounds apps_search_cifar10 apps_membership_fashion)
