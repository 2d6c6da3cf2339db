# Sourced by bench/evidence.sh: trainings that are long enough. `long` is 8,000 steps of the net `quick`, in bfloat16 here: a table takes half
# an hour of a core. long_curve_STEPS shows how many steps random rows need; long_cifar10_PERCENT what `auto` is worth once they had them.

# The same trainings as cifar10_auto's at 10 %, but for the type that convolutions compute in.
cifar10_bfloat16() { judge cifar10_bfloat16 "$(dataset cifar10)" --against random,auto --keep 10% --seeds 5 --precision bfloat16; }

long_cifar10() { judge "long_cifar10_$1" "$(dataset cifar10)" --protocol long --precision bfloat16 --against random,auto --keep "$1%" --seeds 5; }
long_cifar10_10() { long_cifar10 10; }
long_cifar10_20() { long_cifar10 20; }
long_cifar10_30() { long_cifar10 30; }
long_cifar10_50() { long_cifar10 50; }
long_cifar10_5() { long_cifar10 5; }
long_cifar10_70() { long_cifar10 70; }
long_cifar10_90() { long_cifar10 90; }

# A fifth of the labels wrong; grey pictures; and a network with room for hard rows, three seeds each.
# LONG_SEEDS: trainings of each set there.
long_of() { judge "$1" "$2" --protocol long --precision bfloat16 --against random,auto --seeds "${LONG_SEEDS:-3}" "${@:3}"; }
long_noise() { long_of long_noise "$(noisy_cifar10)" --keep 10%,30%; }
long_noise_30() { long_of long_noise_30 "$(noisy_cifar10)" --keep 30%; }
long_fashion() { long_of long_fashion "$(dataset fashion_mnist)" --keep 10%,30%; }
long_resnet20() { long_of long_resnet20 "$(dataset cifar10)" --keep 10%,30% --nets resnet20; }

long_curve() {
  judge "long_curve_$1" "$(dataset cifar10)" --steps "$1" --precision bfloat16 --against random --keep 5%,10%,20%,30%,50%,100% --seeds 2
}
long_curve_1000() { long_curve 1000; }
long_curve_2500() { long_curve 2500; }
long_curve_4000() { long_curve 4000; }
long_curve_8000() { long_curve 8000; }
long_curve_16000() { long_curve 16000; }

# What a linear probe says of the methods that `quick` judged in cifar10_methods and cifar10_methods_30.
cifar10_probe() { judge cifar10_probe "$(dataset cifar10)" --protocol probe --against "$methods" --keep 10%,30% --seeds 3; }

# What rules were compared on: five of CIFAR-10's classes, half as many rows and half of `long`'s steps.
five_classes() {
  local to=$root/build/data/cifar10_five.npz
  [ -e "$to" ] || { /usr/bin/python3 "$here/five_classes.py" "$(dataset cifar10)" "$to.new.npz" && mv "$to.new.npz" "$to"; }
  echo "$to"
}
long_rules() {  # NAME PERCENT METHODS
  judge "$1" "$(five_classes)" --steps 4000 --precision bfloat16 --against "random,progress,$3" --keep "$2%" --seeds 2
}
# weighed MODE/POWER…: `progress` by these figures.
weighed() {
  local each list=
  for each; do list+=",progress+beta-mode=${each%/*}+beta-power=${each#*/}"; done
  echo "${list:1}"
}
other_rules=dual+beta-mode=0.65,dual+beta-mode=0.5,dual+beta-mode=0.4,ccs,d2,forgetting+rule=strata+hard-cut=0.1,el2n+rule=band,facility-location
long_rules_30() { long_rules long_rules_30 30 "$(weighed 0.6/1 0.5/1 0.4/1),$other_rules"; }
long_rules_more_30() { long_rules long_rules_more_30 30 "$(weighed 0.6/2 0.5/2 0.6/0.5 0.5/0.5 0.7/1)"; }
long_rules_10() { long_rules long_rules_10 10 "$(weighed 0.7/2 0.7/1 0.6/2 0.6/1)"; }
# The same on a network with room for hard rows.
long_rules_resnet20_30() {
  judge long_rules_resnet20_30 "$(five_classes)" --steps 4000 --precision bfloat16 --nets resnet20 --keep 30% --seeds "${LONG_SEEDS:-2}" \
    --against "random,$(weighed 0.6/1 0.5/1 0.4/1 0.3/1 0.5/0.5)"
}
long_rules_50() { long_rules long_rules_50 50 "$(weighed 0.6/1 0.5/1 0.4/1 0.5/0.5)"; }

# Distribution matching in the frequency domain, with labels and without a look at them.
cifar10_frequencies() {
  judge cifar10_frequencies "$(dataset cifar10)" --against random,random+pool,kernel-herding,kernel-herding+pool,herding+pool --keep 10% --seeds 3 \
    --precision bfloat16
}

long_tables=(cifar10_bfloat16 cifar10_probe long_cifar10_{30,10,20,50,5,70,90} long_{noise,noise_30,fashion,resnet20} long_rules_{30,more_30,resnet20_30,10,50} cifar10_frequencies long_curve_{1000,2500,4000,8000,16000})
